//! Draws a trace as a tree of lines.

use std::fmt::Write;
use std::rc::Rc;

use crate::model::stored_run::StoredRun;
use crate::terminal::{
    details::details,
    orphans,
    recorded_metadata::Metadata,
    title::title,
    tree_nodes::{Node, Nodes},
    tree_style::TreeStyle,
};

/// Branches drawn before a line; deeper levels become a number, or the tree of a deep recursion would be as wide as it
/// is long.
const MAX_DRAWN_LEVELS: usize = 24;

/// Draws the runs of a trace as a tree, in the default [`TreeStyle`].
///
/// Each run has a line: name, run type unless it is `chain`, status, duration; model, tokens (prompt + completion), cost
/// and the time to the first token where it has them; tags. The status is `✓`, `✗`, `…` for a run that has not ended,
/// `⊘` for a call that was cancelled, `◐` for a stream that its consumer left before its end. Below it stand one line
/// each for inputs, outputs and error, and `why` if the run lost its parent. A parent that the viewer did not receive
/// gets a placeholder. Control characters are left out, so that recorded text cannot control the terminal.
///
/// ```
/// use traceable_viewer::{Store, StoreError, render_tree};
///
/// fn show_latest(store: &Store) -> Result<String, StoreError> {
///     let Some(latest) = store.latest_trace()? else { return Ok("no traces yet\n".to_owned()) };
///     Ok(render_tree(&store.trace(latest.trace_id)?))
/// }
/// ```
pub fn render_tree(runs: &[StoredRun]) -> String {
    render_tree_with(runs, TreeStyle::default())
}

/// Draws the runs of a trace as a tree, as [`render_tree`] does, in a style.
pub fn render_tree_with(runs: &[StoredRun], style: TreeStyle) -> String {
    let mut nodes = Nodes::new(runs);
    let mut text = String::new();
    let mut waiting: Vec<Line> = Vec::new();
    let mut roots = nodes.roots();
    loop {
        for root in roots.drain(..).rev() {
            waiting.push(Line { node: root, depth: 0, branches: Rc::from(""), last: true });
        }
        while let Some(line) = waiting.pop() {
            let Some(node) = nodes.all.get_mut(line.node) else { continue };
            node.drawn = true;
            let below = line.draw(&mut text, node, style);
            let children = std::mem::take(&mut node.children);
            let last = children.len().saturating_sub(1);
            for (index, child) in children.into_iter().enumerate().rev() {
                let branches = Rc::clone(&below);
                waiting.push(Line { node: child, depth: line.depth + 1, branches, last: index == last });
            }
        }
        // runs that are each other's parents have no root
        match nodes.all.iter().position(|node| !node.drawn) {
            Some(left) => {
                nodes.release(left);
                roots.push(left);
            }
            None => return text,
        }
    }
}

struct Line {
    node: usize,
    depth: usize,
    /// What stands before the branch of this line: the branches of its ancestors that go on.
    branches: Rc<str>,
    last: bool,
}

impl Line {
    /// Writes the lines of a run and returns what stands before its children.
    fn draw(&self, text: &mut String, node: &Node<'_>, style: TreeStyle) -> Rc<str> {
        let symbols = style.symbols();
        let (branch, below) = match (self.depth, self.last) {
            (0, _) => ("", ""),
            (_, true) => (symbols.last_branch, "   "),
            (_, false) => (symbols.branch, symbols.bar),
        };
        let below: Rc<str> = if self.depth > MAX_DRAWN_LEVELS {
            Rc::clone(&self.branches)
        } else {
            format!("{}{below}", self.branches).into()
        };
        let level = if self.depth > MAX_DRAWN_LEVELS { format!("({}) ", self.depth) } else { String::new() };
        let Some(run) = node.run else {
            line(text, format_args!("{}{branch}{level}{}", self.branches, orphans::placeholder(node.id)));
            return below;
        };
        let metadata = Metadata::of(run);
        let title = title(run, &metadata, style);
        line(text, format_args!("{}{branch}{level}{title}", self.branches));
        let bar = if node.children.is_empty() { "   " } else { symbols.bar };
        for detail in details(run, &metadata, style) {
            line(text, format_args!("{below}{bar}{detail}"));
        }
        below
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // writing to a String cannot fail
    let _ = writeln!(text, "{content}");
}

#[cfg(test)]
mod tests {
    use traceable_core::{DottedOrder, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::model::stored_run::{RunStatus, Usage};

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
            project_id: id(0),
            thread_id: None,
            model: None,
            usage: Usage::default(),
            first_token_us: None,
            inputs_preview: None,
            outputs_preview: None,
            share_token: None,
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
        // without dotted orders, which would be long
        let runs: Vec<_> = (1..=3000)
            .map(|depth| StoredRun {
                trace_id: id(1),
                parent_id: (depth > 1).then(|| id(depth - 1)),
                dotted_order: String::new(),
                ..run("f", &[depth])
            })
            .collect();
        let text = render_tree(&runs);
        assert_eq!(text.lines().count(), 3000);
        assert!(text.lines().all(|line| line.chars().count() < 120));
        assert!(text.contains("└─ (2999) f"));
    }

    #[test]
    fn models_tokens_costs_and_first_tokens() {
        let mut model = run("chat", &[1]);
        (model.model, model.first_token_us) = (Some("tiny\u{7}".to_owned()), Some(1_000));
        model.usage =
            Usage { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46, ..Usage::default() };
        model.usage.total_cost = Some(0.00123);
        model.tags = vec!["demo".to_owned()];
        assert_eq!(
            render_tree(&[model.clone()]),
            "chat  ✓ 1.50ms · tiny · 12+34 tokens · $0.0012 · first token 1.00ms #demo\n"
        );
        model.usage = Usage { total_tokens: 7, ..Usage::default() };
        let ascii = render_tree_with(&[model], TreeStyle::default().ascii(true));
        assert_eq!(ascii, "chat  ok 1.50ms, tiny, 7 tokens, first token 1.00ms #demo\n");
        let short = StoredRun { end_us: Some(7), ..run(&"n".repeat(200), &[1]) };
        assert!(render_tree_with(&[short], TreeStyle::default().ascii(true)).ends_with("n...  ok 7us\n"));
    }

    #[test]
    fn how_a_run_ended_is_told_apart() {
        let with = |metadata: &str, status, error: Option<&str>| {
            let mut run = run("f", &[1]);
            (run.status, run.error) = (status, error.map(str::to_owned));
            run.extra = Some(format!("{{\"metadata\":{metadata}}}"));
            render_tree(&[run])
        };
        assert_eq!(with("{\"stream_dropped\":true}", RunStatus::Success, None), "f  ◐ 1.50ms · left early\n");
        assert_eq!(
            with("{\"cancelled\":true}", RunStatus::Error, Some("Cancelled")),
            "f  ⊘ 1.50ms · cancelled\n   err Cancelled\n"
        );
        assert_eq!(with("{\"stream_dropped\":\"x\"}", RunStatus::Success, None), "f  ✓ 1.50ms\n");
        assert_eq!(with("[1]", RunStatus::Pending, None), "f  … 1.50ms\n");
        let begins = r#"{"broken_trace_reason":"no_context_on_thread","broken_trace_site":"f at a.rs:1"}"#;
        assert_eq!(with(begins, RunStatus::Success, None), "f  ✓ 1.50ms\n");
        let broken = r#"{"broken_trace_reason":"other_task","broken_trace_site":"f at a.rs:1","suspected_parent":"g"}"#;
        assert_eq!(
            with(broken, RunStatus::Success, None),
            "f  ✓ 1.50ms\n   why a root: called in a task, inside a scope of another task, f at a.rs:1; perhaps below g\n"
        );
    }

    #[test]
    fn whole_texts_and_metadata_on_request() {
        let mut parent = run("parent", &[1]);
        parent.inputs = Some(r#"{"q":1.50,"e":[]}"#.to_owned());
        parent.error = Some("Error(\u{1b}[2J)\n  at a.rs".to_owned());
        parent.status = RunStatus::Error;
        parent.extra = Some(r#"{"metadata":{"b":{"c":1},"a":"x"},"runtime":{}}"#.to_owned());
        let child = run("child", &[1, 2]);
        let style = TreeStyle::default().full(true).metadata(true).ascii(true);
        assert_eq!(
            render_tree_with(&[parent, child], style),
            "parent  ERROR 1.50ms\n\
             |  in  {\n\
             |        \"q\": 1.50,\n\
             |        \"e\": []\n\
             |      }\n\
             |  err Error([2J)\n\
             |        at a.rs\n\
             |  a   \"x\"\n\
             |  b   {\"c\":1}\n\
             `- child  ok 1.50ms\n"
        );
    }

    #[test]
    fn colours_only_when_asked() {
        let painted = render_tree_with(&[run("a", &[1])], TreeStyle::default().color(true));
        assert_eq!(painted, "a  \u{1b}[32m✓\u{1b}[0m 1.50ms\n");
    }
}
