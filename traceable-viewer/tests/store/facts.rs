//! Tokens, costs, model, thread, previews, attributes, totals and words follow from what was sent, in any order.

use serde_json::{Value, json};

use crate::common::{A, B, C, Server, server, server_with};
use crate::dump::dump;

fn send(server: &Server, (method, path, body): &(&str, String, Value)) {
    let reply = server.json(method, path, body);
    assert_eq!(reply.status, 202, "{}", reply.body);
}

fn operations() -> Vec<(&'static str, String, Value)> {
    let post = |run: Value| ("POST", "/runs".to_owned(), run);
    let patch = |id: &str, run: Value| ("PATCH", format!("/runs/{id}"), run);
    vec![
        post(json!({"id": A, "name": "root", "start_time": 2000, "inputs": {"question": "first words"},
            "extra": {"metadata": {"tier": "gold", "session_id": "s"}}})),
        patch(
            A,
            json!({"end_time": 9000, "outputs": {"answer": "later words"}, "start_time": 3000,
            "extra": {"metadata": {"tier": "silver", "thread_id": "t"}}}),
        ),
        post(json!({"id": B, "parent_run_id": A, "name": "model", "run_type": "llm", "start_time": 4000,
            "extra": {"metadata": {"ls_model_name": "gull", "usage_metadata": {"input_tokens": 5}}}})),
        patch(
            B,
            json!({"end_time": 8000, "outputs": {"usage_metadata": {"input_tokens": 7, "output_tokens": 2,
            "total_cost": 0.25}}, "events": [{"name": "new_token", "time": 5000}]}),
        ),
        patch(C, json!({"error": "it broke", "end_time": 7000})),
    ]
}

fn permutations(items: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for item in 0..items {
        all = all
            .iter()
            .flat_map(|order: &Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, item);
                    order
                })
            })
            .collect();
    }
    all
}

#[test]
fn every_order_of_arrival_has_the_same_facts() {
    let operations = operations();
    let mut expected: Option<Vec<String>> = None;
    for order in permutations(operations.len()) {
        let server = server();
        for at in order.iter().chain(&order[..1]) {
            send(&server, &operations[*at]);
        }
        let found = dump(server.store().path());
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(&found, expected, "{order:?}");
    }
    let all = expected.unwrap().join("\n");
    for line in [
        // the post of the root names a start too, but the patch is the later message
        "root||1|3000000|9000000|6000000||t||0|0|0||||first words|later words",
        "model|llm|1|4000000|8000000|4000000|5000000||gull|7|2|9|||0.25|",
        "|1|tier|silver",
        "|1|session_id|s",
        "|2|question|first words",
        "|3|answer|later words",
        "|first",
        "|later",
        "|broke",
    ] {
        assert!(all.contains(line), "{line} is not in\n{all}");
    }
    assert!(!all.contains("gold"), "{all}");
}

#[test]
fn totals_of_a_trace() {
    let server = server();
    operations().iter().for_each(|operation| send(&server, operation));
    let totals = |server: &Server| {
        let trace =
            server.store().traces(10).unwrap().into_iter().find(|trace| trace.name == "root").unwrap();
        (
            trace.runs,
            trace.errors,
            trace.usage.total_tokens,
            trace.usage.total_cost,
            trace.start_us,
            trace.end_us,
        )
    };
    assert_eq!(totals(&server), (2, 0, 9, Some(0.25), Some(3_000_000), Some(9_000_000)));
    // a run that becomes smaller, and one that moves here from a trace of its own
    let outputs = json!({"usage_metadata": {"input_tokens": 1, "total_cost": 0.125}});
    send(&server, &("PATCH", format!("/runs/{B}"), json!({"outputs": outputs, "start_time": 5000})));
    send(&server, &("PATCH", format!("/runs/{C}"), json!({"parent_run_id": A, "start_time": 1000})));
    assert_eq!(totals(&server), (3, 1, 1, Some(0.125), Some(1_000_000), Some(9_000_000)));
    assert_eq!(server.store().traces(10).unwrap().len(), 1);
}

#[test]
fn prices_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("prices.json");
    let prices = json!({"gull": {"input_cost_per_token": 0.5, "output_cost_per_token": 2.0}});
    std::fs::write(&path, prices.to_string()).unwrap();
    let server = server_with(|builder| builder.prices(&path));
    let run = |id: &str, usage: Value| {
        json!({"id": id, "run_type": "llm", "outputs": {"usage_metadata": usage},
               "extra": {"metadata": {"ls_model_name": "gull"}}})
    };
    for run in [
        run(A, json!({"input_tokens": 4, "output_tokens": 1})),
        run(B, json!({"input_tokens": 4, "total_cost": 9})),
    ] {
        send(&server, &("POST", "/runs".to_owned(), run));
    }
    assert_eq!(server.run(A).usage.total_cost, Some(4.0));
    assert_eq!(server.run(A).usage.prompt_cost, Some(2.0));
    assert_eq!(server.run(B).usage.total_cost, Some(9.0), "what was sent counts more");
    let refused = traceable_viewer::Viewer::builder().db(dir.path().join("t.db")).port(0);
    let error = refused.clone().prices(dir.path().join("none.json")).start().unwrap_err();
    assert!(error.to_string().contains("none.json"), "{error}");
    std::fs::write(&path, "{}").unwrap();
    let error = refused.prices(&path).start().unwrap_err();
    assert!(error.to_string().contains("no model"), "{error}");
}

/// What was acknowledged is found, also while the run goes on; what was replaced is not.
#[test]
fn words_are_found_at_once() {
    let server = server();
    let found = |word: &str| {
        let conn = crate::dump::open(server.store().path());
        let sql = "SELECT count(*) FROM run_text WHERE run_text MATCH ?1";
        conn.query_row(sql, [word], |row| row.get::<_, i64>(0)).unwrap()
    };
    let post = json!({"id": A, "name": "nightingale", "tags": ["owl"], "inputs": {"a": ["heron", 4711]},
        "extra": {"metadata": {"bird": "stork"}}});
    send(&server, &("POST", "/runs".to_owned(), post));
    for word in ["nightingale", "owl", "heron", "4711", "stork"] {
        assert_eq!(found(word), 1, "{word}");
    }
    let patch = json!({"outputs": {"a": {"b": "swan"}}, "error": "albatross", "tags": ["wren"]});
    send(&server, &("PATCH", format!("/runs/{A}"), patch));
    for word in ["nightingale", "heron", "stork", "swan", "albatross", "wren"] {
        assert_eq!(found(word), 1, "{word}");
    }
    assert_eq!(found("owl"), 0);
    let silent = server_with(|builder| builder.search_index(false));
    send(&silent, &("POST", "/runs".to_owned(), json!({"id": A, "name": "nightingale"})));
    let conn = crate::dump::open(silent.store().path());
    let rows: i64 = conn.query_row("SELECT count(*) FROM words", (), |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}
