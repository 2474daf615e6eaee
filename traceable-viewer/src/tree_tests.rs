use traceable_core::{DottedOrder, Timestamp};

use super::*;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn order(path: &[u128]) -> String {
    let segments: Vec<_> = path
        .iter()
        .map(|n| DottedOrder::root(Timestamp::from_micros(*n as u64), id(*n)).to_string())
        .collect();
    segments.join(".")
}

fn run(name: &str, path: &[u128]) -> StoredRun {
    StoredRun {
        id: id(path[path.len() - 1]),
        trace_id: id(path[0]),
        parent_id: path.len().checked_sub(2).map(|at| id(path[at])),
        project: "p".to_owned(),
        name: name.to_owned(),
        run_type: "chain".to_owned(),
        status: RunStatus::Success,
        start_us: Some(0),
        end_us: Some(1_500),
        dotted_order: order(path),
        error: None,
        tags: Vec::new(),
        inputs: None,
        outputs: None,
        extra: None,
        events: None,
        serialized: None,
        reference_example_id: None,
        attachments: Vec::new(),
        received_us: 0,
        seq: 0,
    }
}

#[test]
fn draws_branches_marks_and_previews() {
    let mut parent = run("parent", &[1]);
    parent.inputs = Some(r#"{"q": "x\n\u001b[31m"}"#.to_owned());
    parent.tags = vec!["demo".to_owned()];
    let mut model = run("model", &[1, 2]);
    model.run_type = "llm".to_owned();
    model.outputs = Some(r#"{"output":"y"}"#.to_owned());
    let mut tool = run("tool\u{1b}[2J", &[1, 3]);
    tool.status = RunStatus::Error;
    tool.error = Some("\nValueError('bad')\n\nTraceback".to_owned());
    let mut open = run("", &[1, 2, 4]);
    open.status = RunStatus::Pending;
    open.end_us = None;
    assert_eq!(
        render_tree(&[parent, model, open, tool]),
        "parent  ✓ 1.50ms #demo\n\
         │  in  {\"q\": \"x\\n\\u001b[31m\"}\n\
         ├─ model [llm]  ✓ 1.50ms\n\
         │  │  out {\"output\":\"y\"}\n\
         │  └─ (unnamed)  …\n\
         └─ tool[2J  ✗ 1.50ms\n   \
         \x20  err ValueError('bad')\n"
    );
}

#[test]
fn missing_ancestors_are_drawn() {
    let text = render_tree(&[run("a", &[1, 2, 3]), run("b", &[1, 2, 4]), run("c", &[1, 5])]);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("? not received  00000000"));
    assert!(lines[1].starts_with("├─ ? not received"), "{text}");
    assert!(lines[2].starts_with("│  ├─ a") && lines[3].starts_with("│  └─ b"), "{text}");
    assert!(lines[4].starts_with("└─ c"), "{text}");
    assert_eq!(lines.len(), 5);
}

#[test]
fn circles_and_nothing() {
    let (mut a, mut b) = (run("a", &[1]), run("b", &[2]));
    (a.parent_id, b.parent_id) = (Some(b.id), Some(a.id));
    assert_eq!(render_tree(&[a, b]), "a  ✓ 1.50ms\n└─ b  ✓ 1.50ms\n");
    assert_eq!(render_tree(&[]), "");
}

#[test]
fn deep_recursion_stays_narrow() {
    let path: Vec<u128> = (1..=3000).collect();
    let runs: Vec<_> = (1..=3000)
        .map(|depth| StoredRun { dotted_order: String::new(), ..run("f", &path[..depth]) })
        .collect();
    let text = render_tree(&runs);
    assert_eq!(text.lines().count(), 3000);
    assert!(text.lines().all(|line| line.chars().count() < 120));
    assert!(text.contains("└─ (2999) f"));
}

#[test]
fn durations() {
    let shown = |us| show(Duration::from_micros(us));
    assert_eq!(
        [shown(999), shown(1_234), shown(12_345), shown(123_456), shown(1_234_567), shown(61_000_000)],
        ["999µs", "1.23ms", "12.3ms", "123ms", "1.23s", "1m01s"]
    );
}
