//! Broken traces: runs that began traces of their own, with what the recording program knew about it, and runs whose parent
//! never arrived.

use serde_json::{Value, json};
use traceable_core::Timestamp;

use super::trace::{Step, Trace, extra, join, model, usage};

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
    let lost = |name, (function, line): (&str, u32), from_ms: i64, length_ms, because: Value, told: Value| {
        let mut metadata =
            json!({"broken_trace_site": format!("quickstart::{function} (src/answer.rs:{line})")});
        join(&mut metadata, because);
        let mut fields = json!({"extra": extra(metadata)});
        join(&mut fields, told);
        let mut trace = Trace::new(at, name, 600_000 - from_ms);
        trace.run(Step::new(function, "chain", None, 0, length_ms, fields));
        trace
    };
    let because = |reason: &str| json!({"broken_trace_reason": reason, "suspected_parent": suspect});
    let embedded = |text: &str| json!({"inputs": {"text": text}, "outputs": {"dimensions": 384}});
    let (embed, on_thread) = (("embed_passage", 41), because("no_context_on_thread"));
    let mut in_task = because("no_context_in_task");
    join(&mut in_task, json!({"task_spawned_at": "src/answer.rs:86:5"}));
    let mut all = vec![
        lost(
            "lost embed 1",
            embed,
            60,
            85,
            on_thread.clone(),
            embedded("The newest runs are dropped whole."),
        ),
        lost("lost embed 2", embed, 62, 91, on_thread.clone(), embedded("With a spool they wait on disk.")),
        lost("lost embed 3", embed, 150, 78, on_thread, embedded("What is dropped is counted.")),
        lost(
            "lost task",
            ("verify_quotes", 88),
            2_000,
            310,
            in_task,
            json!({"inputs": {"quotes": 3}, "outputs": {"found": 3, "missing": 0}}),
        ),
        lost(
            "lost scope",
            ("score_answer", 120),
            2_050,
            120,
            because("other_task"),
            json!({"inputs": {"answer": "The newest are dropped whole and counted."}, "outputs": {"score": 0.92}}),
        ),
        lost(
            "lost headers",
            ("handle_request", 17),
            9_000,
            45,
            json!({"broken_trace_reason": "bad_parent"}),
            json!({"inputs": {"path": "/answers/17"}, "outputs": {"status": 200}}),
        ),
        lost(
            "lost process",
            ("worker_loop", 203),
            12_000,
            1_500,
            json!({"broken_trace_reason": "forked"}),
            json!({"inputs": {"jobs": 4}, "outputs": {"done": 4}}),
        ),
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
