//! Draws a trace as a tree of lines.

use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use crate::model::stored_run::{RunStatus, StoredRun};
use crate::terminal::{
    orphans, sanitize,
    tree_nodes::{Node, Nodes},
};

/// Characters of a preview of inputs, outputs or an error.
const PREVIEW_WIDTH: usize = 100;
/// Characters of a name, a run type or a tag.
const NAME_WIDTH: usize = 120;

/// Branches drawn before a line; deeper levels become a number, or the tree of a deep recursion would be as wide as it
/// is long.
const MAX_DRAWN_LEVELS: usize = 24;

/// Draws the runs of a trace as a tree.
///
/// Each run has a line: name, run type unless it is `chain`, status (`✓`, `✗`, or `…` for a run that has not ended),
/// duration, tags. Below it stand one line each for inputs, outputs and error. A parent that the viewer did not receive
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
            let below = line.draw(&mut text, node);
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
    fn draw(&self, text: &mut String, node: &Node<'_>) -> Rc<str> {
        let (branch, below) = match (self.depth, self.last) {
            (0, _) => ("", ""),
            (_, true) => ("└─ ", "   "),
            (_, false) => ("├─ ", "│  "),
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
        line(text, format_args!("{}{branch}{level}{}", self.branches, title(run)));
        let bar = if node.children.is_empty() { "   " } else { "│  " };
        let error = run.error.as_deref().map(|error| error.trim_start().lines().next().unwrap_or_default());
        for (label, value) in
            [("in ", run.inputs.as_deref()), ("out", run.outputs.as_deref()), ("err", error)]
        {
            if let Some(value) = value.filter(|value| !matches!(*value, "" | "{}")) {
                let value = sanitize::one_line(value, PREVIEW_WIDTH);
                line(text, format_args!("{below}{bar}{label} {value}"));
            }
        }
        below
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // writing to a String cannot fail
    let _ = writeln!(text, "{content}");
}

fn title(run: &StoredRun) -> String {
    let mut title = match run.name.as_str() {
        "" => "(unnamed)".to_owned(),
        name => sanitize::one_line(name, NAME_WIDTH),
    };
    if run.run_type != "chain" {
        title += &format!(" [{}]", sanitize::one_line(&run.run_type, NAME_WIDTH));
    }
    let mark = match run.status {
        RunStatus::Success => "✓",
        RunStatus::Error => "✗",
        RunStatus::Pending => "…",
    };
    match run.duration() {
        Some(duration) => title += &format!("  {mark} {}", format_duration(duration)),
        None => title += &format!("  {mark}"),
    }
    for tag in &run.tags {
        title += &format!(" #{}", sanitize::one_line(tag, NAME_WIDTH));
    }
    title
}

/// A duration with three significant digits.
fn format_duration(duration: Duration) -> String {
    let us = duration.as_micros();
    match us {
        0..1_000 => format!("{us}µs"),
        1_000..10_000 => format!("{:.2}ms", us as f64 / 1e3),
        10_000..100_000 => format!("{:.1}ms", us as f64 / 1e3),
        100_000..1_000_000 => format!("{}ms", us / 1_000),
        1_000_000..60_000_000 => format!("{:.2}s", us as f64 / 1e6),
        _ => format!("{}m{:02}s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use traceable_core::{DottedOrder, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::model::stored_run::Usage;

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
    fn durations() {
        let shown = |us| format_duration(Duration::from_micros(us));
        assert_eq!(
            [shown(999), shown(1_234), shown(12_345), shown(123_456), shown(1_234_567), shown(61_000_000)],
            ["999µs", "1.23ms", "12.3ms", "123ms", "1.23s", "1m01s"]
        );
    }
}
