//! `traceable demo`.

use traceable_viewer::StoredRun;

use super::common::{Server, server};
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

/// All of them, at a fixed time.
fn all(server: &Server) -> Vec<(String, Vec<StoredRun>)> {
    let arguments = ["demo", "--at", "2026-11-22T13:24:33Z", "--endpoint", &server.viewer.url()];
    let ids = stdout(&arguments);
    let trace = |id: &str| (id.to_owned(), server.store().trace(id.parse().unwrap()).unwrap());
    ids.lines().map(trace).collect()
}

#[test]
fn demo_has_a_trace_for_each_thing_to_look_at() {
    let server = server();
    let traces = all(&server);
    let counts: Vec<_> = traces.iter().map(|(_, runs)| (&*runs[0].name, runs.len())).collect();
    assert_eq!(counts[0], ("crawl_site", 5_000));
    assert_eq!(
        counts[2..],
        [
            ("checkout", 7),
            ("import_orders", 6),
            ("describe_picture", 2),
            ("tell_story", 2),
            ("support_chat", 6),
            ("research", 5),
            ("ask_librarian", 3),
            ("ask_librarian", 3),
            ("ask_librarian", 3),
            ("embed_passage", 1),
            ("embed_passage", 1),
            ("embed_passage", 1),
            ("verify_quotes", 1),
            ("score_answer", 1),
            ("handle_request", 1),
            ("worker_loop", 1),
            ("index_site", 3),
            ("answer_question", 3),
            ("plan_trip", 12),
        ]
    );
    let of = |name: &str| &traces.iter().find(|(_, runs)| runs[0].name == name).unwrap().1;
    assert_eq!(of("crawl_site").iter().filter(|run| run.error.is_some()).count(), 25);
    assert_eq!(of("research").iter().filter(|run| run.end_us.is_none()).count(), 3);
    assert!(of("support_chat").iter().all(|run| run.error.is_none()));
    let picture = of("describe_picture");
    let file = |run: usize, name| server.store().attachment(picture[run].id, name).unwrap().unwrap();
    assert!(file(0, "picture").starts_with(b"\x89PNG") && file(1, "tone").starts_with(b"RIFF"));
    let lost = stdout(&["tree", &traces[14].0, "--db", server.store().path().to_str().unwrap()]);
    assert!(
        lost.contains("a task that carries no context, quickstart::verify_quotes (src/answer.rs:88)"),
        "{lost}"
    );
    let whole = traces.iter().find(|(_, runs)| runs[0].name == "answer_question").unwrap();
    assert!(lost.contains(&format!("perhaps below {}", whole.0)), "{lost}");
    let missing = stdout(&["tree", &traces[18].0, "--db", server.store().path().to_str().unwrap()]);
    assert!(missing.contains("not received"), "{missing}");
}

#[test]
fn demo_keeps_hostile_text_as_it_is() {
    let server = server();
    let hostile = all(&server).swap_remove(1).1;
    assert_eq!(hostile.len(), 5);
    assert!(hostile[0].name.contains("<script>") && hostile[0].name.contains('\u{202e}'));
    assert!(hostile[0].project.contains("<script>") && hostile[1].run_type.contains("<script>"));
    assert!(hostile.iter().any(|run| run.inputs.as_ref().is_some_and(|inputs| inputs.len() > 1 << 20)));
    assert_eq!(hostile[0].attachments.len(), 3);
}

#[test]
fn demo_is_the_same_at_the_same_time() {
    let (first, second) = (server(), server());
    let [first, second] = [first, second].map(|server| {
        all(&server)
            .into_iter()
            .flat_map(|(_, runs)| runs)
            .map(|run| (run.id, run.dotted_order, run.inputs))
            .collect::<Vec<_>>()
    });
    assert!(first == second);
}

#[test]
fn demo_names_the_traces_it_has() {
    let said = refused(&["demo", "--only", "nothing"]);
    assert!(said.contains("no `nothing`: the traces are crawl_site, hostile, "), "{said}");
    assert!(refused(&["demo", "--at", "noon"]).contains("2026-11-22T13:24:33Z"));
}

#[test]
fn demo_names_a_collector_that_is_not_there() {
    let said = refused(&["demo", "--endpoint", "http://127.0.0.1:9"]);
    assert!(said.contains("cannot send to http://127.0.0.1:9/runs/multipart"), "{said}");
}
