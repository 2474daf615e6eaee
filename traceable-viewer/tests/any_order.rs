//! Operations in every order, one of them twice, lead to the same state.

mod common;

use common::{A, B, C, Server, server};
use serde_json::{Value, json};
use traceable_viewer::StoredRun;

fn operations() -> Vec<(&'static str, String, Value)> {
    let post = |run: Value| ("POST", "/runs".to_owned(), run);
    let patch = |id: &str, run: Value| ("PATCH", format!("/runs/{id}"), run);
    vec![
        post(json!({"id": A, "name": "a", "inputs": {"x": 1}, "outputs": {}, "tags": ["old"], "events": [],
            "session_name": "p", "start_time": "2026-11-22T13:24:33Z", "trace_id": A,
            "extra": {"metadata": {"k": 1, "post": true}}, "odd": 1})),
        patch(
            A,
            json!({"outputs": {"y": 2}, "end_time": 1_795_353_874_000_u64, "tags": ["new"], "inputs": {},
            "events": [{"name": "e"}], "extra": {"metadata": {"k": 2, "patch": true}}, "name": null}),
        ),
        // neither names its place but by its parent
        post(
            json!({"id": B, "name": "b", "parent_run_id": A, "session_name": "p", "start_time": "2026-11-22T13:24:34Z"}),
        ),
        patch(B, json!({"error": "boom", "end_time": "2026-11-22T13:24:35Z", "outputs": {"part": 1}})),
        post(
            json!({"id": C, "name": "c", "parent_run_id": B, "session_name": "p", "start_time": 1_795_353_874_500_u64}),
        ),
    ]
}

fn permutations(items: Vec<usize>) -> Vec<Vec<usize>> {
    if items.len() < 2 {
        return vec![items];
    }
    let mut all = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let mut rest = items.clone();
        rest.remove(at);
        for mut tail in permutations(rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}

/// What is stored, without what tells the order of arrival.
fn state(server: &Server) -> Vec<StoredRun> {
    let mut runs = server.store().trace(A.parse().unwrap()).unwrap();
    for run in &mut runs {
        (run.seq, run.received_us) = (0, 0);
    }
    runs
}

#[test]
fn every_order_of_arrival() {
    let operations = operations();
    let mut expected: Option<Vec<StoredRun>> = None;
    for order in permutations((0..operations.len()).collect()) {
        let server = server();
        for at in order.iter().chain(&order[..1]) {
            let (method, path, body) = &operations[*at];
            let reply = server.json(method, path, body);
            assert_eq!(reply.status, 202, "{}", reply.body);
        }
        let state = state(&server);
        let expected = expected.get_or_insert_with(|| state.clone());
        assert_eq!(&state, expected, "{order:?}");
        assert_eq!(server.store().traces(10).unwrap().len(), 1, "{order:?}");
    }
    let runs = expected.unwrap();
    let names: Vec<_> =
        runs.iter().map(|run| (run.name.as_str(), run.dotted_order.split('.').count())).collect();
    assert_eq!(names, [("a", 1), ("b", 2), ("c", 3)]);
    assert_eq!(runs[0].outputs.as_deref(), Some(r#"{"y":2}"#));
    assert_eq!(runs[0].tags, ["new"]);
    assert_eq!(runs[0].extra.as_deref(), Some(r#"{"metadata":{"k":2,"patch":true,"post":true},"odd":1}"#));
}

#[test]
fn a_chain_that_arrives_backwards() {
    let server = server();
    let ids: Vec<String> = (1..=60_u128).map(|n| uuid::Uuid::from_u128(n << 64).to_string()).collect();
    let post: Vec<_> = (0..ids.len())
        .rev()
        .map(|at| {
            let parent = at.checked_sub(1).map(|above| &ids[above]);
            json!({"id": ids[at], "name": format!("{at}"), "parent_run_id": parent, "start_time": 1000 + at})
        })
        .collect();
    assert_eq!(server.json("POST", "/runs/batch", &json!({ "post": post })).status, 202);
    let runs = server.store().trace(ids[0].parse().unwrap()).unwrap();
    let depths: Vec<_> = runs.iter().map(|run| run.dotted_order.split('.').count()).collect();
    assert_eq!(depths, (1..=60).collect::<Vec<_>>());
}

/// More children than one step of the writer moves, and grandchildren that move with them.
#[test]
fn many_children_before_their_parent() {
    let server = server();
    let id = |n: u128| uuid::Uuid::from_u128(n << 64).to_string();
    let run = |n: u128, parent: u128| json!({"id": id(n), "parent_run_id": id(parent), "start_time": 1000 + n as u64});
    let children: Vec<_> = (10..260).map(|n| run(n, 1)).collect();
    let grandchildren: Vec<_> = (1000..1250).map(|n| run(n, 10)).collect();
    for runs in [grandchildren, children] {
        assert_eq!(server.json("POST", "/runs/batch", &json!({ "post": runs })).status, 202);
    }
    assert_eq!(server.store().traces(1000).unwrap().len(), 250, "each is a trace of its own so far");
    assert_eq!(server.json("POST", "/runs", &json!({"id": id(1), "start_time": 1000})).status, 202);
    assert_eq!(server.store().traces(1000).unwrap().len(), 1);
    let runs = server.store().trace(id(1).parse().unwrap()).unwrap();
    let at_depth = |depth| runs.iter().filter(|run| run.dotted_order.split('.').count() == depth).count();
    assert_eq!([1, 2, 3].map(at_depth), [1, 250, 250]);
}

/// A dotted order that is made up repeats the ids of all runs above, so it ends somewhere.
#[test]
fn a_chain_without_orders_stays_small() {
    let server = server();
    let ids: Vec<String> = (1..=600_u128).map(|n| uuid::Uuid::from_u128(n << 64).to_string()).collect();
    let run = |at: usize| {
        let parent = at.checked_sub(1).map(|above| &ids[above]);
        json!({"id": ids[at], "parent_run_id": parent, "start_time": 1000 + at})
    };
    let runs: Vec<_> = (0..ids.len()).map(run).collect();
    assert_eq!(server.json("POST", "/runs/batch", &json!({ "post": runs })).status, 202);
    let runs = server.store().trace(ids[0].parse().unwrap()).unwrap();
    assert_eq!(runs.len(), ids.len(), "all of them are in the trace");
    assert_eq!(runs.iter().map(|run| run.dotted_order.split('.').count()).max(), Some(256));
}
