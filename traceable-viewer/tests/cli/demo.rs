//! `traceable demo`.

use super::common::server;
use super::{demo, refused, stdout};

#[test]
fn demo_is_a_trace_of_twelve_runs() {
    let server = server();
    let (db, trace) = demo(&server);
    let runs = server.store().trace(trace.parse().unwrap()).unwrap();
    assert_eq!(runs.len(), 12);
    assert_eq!(runs.iter().filter(|run| run.error.is_some()).count(), 1);
    assert!(runs.iter().all(|run| run.project == "demo" && run.end_us.is_some()));
    let root = &runs[0];
    assert_eq!(root.attachments.len(), 2);
    let map = server.store().attachment(root.id, "map").unwrap().unwrap();
    assert!(map.starts_with(b"\x89PNG"));
    assert_eq!(server.store().feedback(root.id).unwrap().len(), 2);
    let tree = stdout(&["tree", "--db", &db]);
    assert!(tree.starts_with("plan_trip  ✓ 4.20s"), "{tree}");
    for line in [
        "├─ decide [llm]  ✓ 880ms · example-chat-1 · 212+48 tokens · $0.00040\n",
        "├─ write_answer [llm]  ✓ 1.18s · example-chat-1 · 641+103 tokens · $0.0011 · first token 240ms\n",
        "│  ├─ embed [embedding]  ✓ 85.0ms · example-embed-1 · 3+0 tokens\n",
        "├─ use_tools  ✓ 1.39s",
        "│  ├─ forecast [tool]  ✗ 1.00s #retried",
        "└─ suggest_more [llm]  ◐ 285ms · left early · example-chat-1 · first token 115ms\n",
    ] {
        assert!(tree.contains(line), "{line}: {tree}");
    }
    assert!(!tree.contains("not received") && !tree.contains("why"), "{tree}");
}

#[test]
fn demo_names_a_collector_that_is_not_there() {
    let said = refused(&["demo", "--endpoint", "http://127.0.0.1:9"]);
    assert!(said.contains("cannot send to http://127.0.0.1:9/runs/multipart"), "{said}");
}
