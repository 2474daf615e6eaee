//! Where a span stands in its trace, in whatever order spans come.

use proptest::prelude::*;
use serde_json::{Value, json};
use traceable_viewer::{RunStatus, StoredRun, render_tree};

use crate::common::{A, B, order, server};
use crate::spans::{metadata, request, send, send_spans, span, trace};

/// A trace of nine spans on four levels.
fn spans() -> Vec<Value> {
    [
        (1, None),
        (2, Some(1)),
        (3, Some(1)),
        (4, Some(2)),
        (5, Some(2)),
        (6, Some(4)),
        (7, Some(4)),
        (8, Some(3)),
        (9, Some(8)),
    ]
    .map(|(id, parent)| json!({"id": id, "parent": parent, "name": format!("s{id}")}))
    .to_vec()
}

fn places(runs: &[StoredRun]) -> Vec<(String, String, String, Option<String>)> {
    runs.iter()
        .map(|run| {
            let parent = run.parent_id.map(|parent| parent.to_string());
            (run.name.clone(), run.trace_id.to_string(), run.dotted_order.clone(), parent)
        })
        .collect()
}

#[test]
fn the_id_of_a_trace_is_that_of_its_root() {
    let server = server();
    send_spans(&server, &spans());
    let runs = trace(&server);
    assert_eq!((runs.len(), runs[0].name.as_str(), runs[0].parent_id), (9, "s1", None));
    assert!(runs.iter().all(|run| run.trace_id == runs[0].id));
    let tree = render_tree(&runs);
    assert_eq!(tree.lines().count(), 9, "{tree}");
    assert!(!tree.contains("not received"), "{tree}");
}

#[test]
fn a_trace_whose_root_is_elsewhere_is_one_trace() {
    let server = server();
    send_spans(&server, &spans()[1..]);
    let traces = server.store().traces(10).unwrap();
    assert_eq!((traces.len(), traces[0].runs), (1, 8));
    send_spans(&server, &spans()[..1]);
    let traces = server.store().traces(10).unwrap();
    assert_eq!((traces.len(), traces[0].runs, traces[0].name.as_str()), (1, 9, "s1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// In any order, in any number of requests, and again: the same trace.
    #[test]
    fn order_changes_nothing(
        shuffled in Just(spans()).prop_shuffle(),
        cuts in prop::collection::vec(1..4usize, 0..6),
        again in 0..9usize,
    ) {
        let expected = server();
        send_spans(&expected, &spans());
        let server = server();
        let mut left = &shuffled[..];
        for cut in cuts {
            let (now, later) = left.split_at(cut.min(left.len()));
            send_spans(&server, now);
            left = later;
        }
        send_spans(&server, left);
        send_spans(&server, &shuffled[again..again + 1]);
        prop_assert_eq!(places(&trace(&server)), places(&trace(&expected)));
        prop_assert_eq!(server.store().traces(10).unwrap().len(), 1);
    }
}

#[test]
fn ids_of_langsmiths_own_sdk_come_first() {
    let server = server();
    let attributes = |id: &str, order: String| json!({"langsmith.span.id": id, "langsmith.trace.id": A, "langsmith.span.dotted_order": order});
    let child = json!({"id": 2, "parent": 1, "name": "child", "attributes": attributes(B, order(&[A, B]))});
    let root = json!({"id": 1, "name": "root", "attributes": attributes(A, order(&[A]))});
    send_spans(&server, &[child, root]);
    let runs = server.store().trace(A.parse().unwrap()).unwrap();
    assert_eq!((runs[0].id.to_string().as_str(), runs[1].id.to_string().as_str()), (A, B));
    assert_eq!(runs[1].dotted_order, order(&[A, B]));
    // an order that contradicts the id says nothing
    let odd = json!({"id": 3, "trace": 2, "name": "odd", "attributes": attributes(B, order(&[A]))});
    assert_eq!(send(&server, &request(&Value::Null, vec![span(&odd)])).status, 200);
    // a part of a trace that is to be a trace of its own
    send_spans(
        &server,
        &[
            json!({"id": 5, "trace": 9, "parent": 4, "name": "own", "attributes": {"langsmith.is_root": true}}),
        ],
    );
    let own = server.store().traces(10).unwrap().into_iter().find(|trace| trace.name == "own").unwrap();
    assert_eq!(server.store().trace(own.trace_id).unwrap()[0].parent_id, None);
}

/// Logfire sends a span when another one starts: the run is shown while it is running.
#[test]
fn a_pending_span_is_the_start_of_its_parent() {
    let server = server();
    let pending = json!({"id": 7, "parent": 2, "name": "work", "attributes": {"logfire.span_type": "pending_span",
        "logfire.pending_parent_id": "0000000000000001", "logfire.msg": "work"}});
    send_spans(&server, &[json!({"id": 1, "name": "root"}), pending]);
    let runs = trace(&server);
    assert_eq!((runs.len(), runs[1].name.as_str(), runs[1].status), (2, "work", RunStatus::Pending));
    assert_eq!(
        (runs[1].parent_id, &metadata(&runs[1])["otel_span_id"]),
        (Some(runs[0].id), &json!("0000000000000002"))
    );
    send_spans(
        &server,
        &[json!({"id": 2, "parent": 1, "name": "work", "attributes": {"logfire.span_type": "span"}})],
    );
    let runs = trace(&server);
    assert_eq!((runs.len(), runs[1].status), (2, RunStatus::Success));
}
