//! Broken traces: runs that began traces of their own, with what the recording program knew about it, and runs whose parent
//! never arrived.

use serde_json::{Value, json};
use traceable_core::Timestamp;

use super::trace::{Step, Trace, extra, model, usage};

/// The trace that others belong to, and those others.
pub(crate) fn traces(at: Timestamp) -> Vec<Trace> {
    let mut whole = Trace::new(at, "answer_question", 600_000);
    let root = whole.run(Step::new(
        "answer_question",
        "chain",
        None,
        0,
        2_410,
        json!({
            "inputs": {"question": "Where do runs go when the queue is full?"},
            "outputs": {"answer": "The newest are dropped whole and counted; with a spool they wait on disk."},
            "tags": ["nesting"], "extra": extra(json!({})),
        }),
    ));
    whole.run(Step::new(
        "retrieve",
        "retriever",
        Some(root),
        10,
        420,
        json!({"inputs": {"query": "queue full"}, "outputs": {"documents": [{"page_content": "A spool keeps runs on disk."}]}}),
    ));
    whole.run(Step::new(
        "answer",
        "llm",
        Some(root),
        430,
        1_980,
        json!({
            "inputs": {"messages": [{"role": "user", "content": "Where do runs go when the queue is full?"}]},
            "outputs": {
                "messages": [{"role": "assistant", "content": "The newest are dropped whole and counted."}],
                "usage_metadata": usage(812, 64, 0.000812, 0.000256),
            },
            "events": whole.tokens(1_070, 35, &["The", " newest", " are"]),
            "extra": model("example", "example-chat-1", json!({})),
        }),
    ));
    let suspect = whole.id(root).to_string();
    let lost = |name, function: &str, place: &str, from_ms: i64, length_ms, mut metadata: Value| {
        let site = format!("quickstart::{function} (src/answer.rs:{place})");
        if let Value::Object(metadata) = &mut metadata {
            metadata.insert("broken_trace_site".to_owned(), json!(site));
        }
        let mut trace = Trace::new(at, name, 600_000 - from_ms);
        let fields = json!({"inputs": {"passage": place}, "outputs": {"ok": true}, "extra": extra(metadata)});
        trace.run(Step::new(function, "chain", None, 0, length_ms, fields));
        trace
    };
    let on_thread = json!({"broken_trace_reason": "no_context_on_thread", "suspected_parent": suspect});
    let mut all = vec![
        lost("lost embed 1", "embed_passage", "41", 60, 85, on_thread.clone()),
        lost("lost embed 2", "embed_passage", "41", 62, 91, on_thread.clone()),
        lost("lost embed 3", "embed_passage", "41", 150, 78, on_thread),
        lost(
            "lost task",
            "verify_quotes",
            "88",
            2_000,
            310,
            json!({"broken_trace_reason": "no_context_in_task", "suspected_parent": suspect,
                "task_spawned_at": "src/answer.rs:86:5"}),
        ),
        lost(
            "lost scope",
            "score_answer",
            "120",
            2_050,
            120,
            json!({"broken_trace_reason": "other_task", "suspected_parent": suspect}),
        ),
        lost("lost headers", "handle_request", "17", 9_000, 45, json!({"broken_trace_reason": "bad_parent"})),
        lost("lost process", "worker_loop", "203", 12_000, 1_500, json!({"broken_trace_reason": "forked"})),
    ];
    all.push(never_arrived(at));
    all.push(whole);
    all
}

/// Two runs below one that was never sent.
fn never_arrived(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "index_site", 700_000);
    let root = trace.run(Step::new(
        "index_site",
        "chain",
        None,
        0,
        900,
        json!({"inputs": {"site": "docs"}, "outputs": {"pages": 2}, "tags": ["nesting"]}),
    ));
    let missing =
        trace.run_that_never_arrives(Step::new("index_section", "chain", Some(root), 10, 880, json!({})));
    for (page, from, to) in [("queue", 20, 340), ("spool", 350, 860)] {
        let fields = json!({"inputs": {"page": page}, "outputs": {"words": 211}});
        trace.run(Step::new("index_page", "tool", Some(missing), from, to, fields));
    }
    trace
}
