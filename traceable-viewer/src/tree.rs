//! A trace as text, for terminals.

use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use uuid::Uuid;

use crate::model::{
    dotted_order,
    run::{RunStatus, StoredRun},
};
use crate::printable;

/// Letters of a preview of inputs, outputs or an error.
const PREVIEW: usize = 100;
const NAME: usize = 120;

/// Branches drawn before a line; deeper levels are given as a number, or the tree of a deep recursion would be as wide
/// as it is long.
const DRAWN: usize = 24;

/// Draws the runs of a trace as a tree: name, run type unless it is `chain`, duration, status (`✓`, `✗`, or `…` for a
/// run that has not ended), tags, and below it one line each for inputs, outputs and error. Runs that were not received
/// but are the parents of others are drawn as such. Control characters are left out, so that what a program recorded
/// cannot steer the terminal.
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
        // runs that are each other's parents hang on no root
        match nodes.all.iter().position(|node| !node.drawn) {
            Some(left) => {
                nodes.release(left);
                roots.push(left);
            }
            None => return text,
        }
    }
}

struct Node<'a> {
    id: Uuid,
    /// `None`: another run names it as an ancestor, but it was not received.
    run: Option<&'a StoredRun>,
    parent: Option<usize>,
    children: Vec<usize>,
    drawn: bool,
}

struct Nodes<'a> {
    all: Vec<Node<'a>>,
}

impl<'a> Nodes<'a> {
    fn new(runs: &'a [StoredRun]) -> Self {
        let mut all: Vec<Node<'a>> = Vec::with_capacity(runs.len());
        let mut places: HashMap<Uuid, usize> = HashMap::with_capacity(runs.len());
        let mut place = |all: &mut Vec<Node<'a>>, id: Uuid, run: Option<&'a StoredRun>| {
            *places.entry(id).or_insert_with(|| {
                all.push(Node { id, run, parent: None, children: Vec::new(), drawn: false });
                all.len() - 1
            })
        };
        for run in runs {
            place(&mut all, run.id, Some(run));
        }
        let mut links = Vec::new();
        for (at, run) in runs.iter().enumerate() {
            let Some(parent) = run.parent_id else { continue };
            let known = all.len();
            let mut below = place(&mut all, parent, None);
            links.push((at, below));
            if below < known {
                continue;
            }
            // a parent that was not received; the dotted order knows its ancestors, up to one that is known
            let order = dotted_order::parse(&run.dotted_order).ok();
            for ancestor in order.iter().flat_map(|order| order.run_ids().rev().skip(2)) {
                let known = all.len();
                let above = place(&mut all, ancestor, None);
                links.push((below, above));
                if above < known {
                    break;
                }
                below = above;
            }
        }
        let mut nodes = Nodes { all };
        for (child, parent) in links {
            nodes.hang(child, parent);
        }
        nodes
    }

    fn hang(&mut self, child: usize, parent: usize) {
        if child != parent
            && let Some(node) = self.all.get_mut(child)
            && node.parent.is_none()
        {
            node.parent = Some(parent);
            if let Some(parent) = self.all.get_mut(parent) {
                parent.children.push(child);
            }
        }
    }

    fn roots(&self) -> Vec<usize> {
        (0..self.all.len()).filter(|at| self.all.get(*at).is_some_and(|node| node.parent.is_none())).collect()
    }

    /// Takes a node from its parent's children.
    fn release(&mut self, at: usize) {
        let parent = self.all.get_mut(at).and_then(|node| node.parent.take());
        if let Some(parent) = parent.and_then(|parent| self.all.get_mut(parent)) {
            parent.children.retain(|child| *child != at);
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
        let below: Rc<str> = if self.depth > DRAWN {
            Rc::clone(&self.branches)
        } else {
            format!("{}{below}", self.branches).into()
        };
        let level = if self.depth > DRAWN { format!("({}) ", self.depth) } else { String::new() };
        let Some(run) = node.run else {
            line(text, format_args!("{}{branch}{level}? not received  {}", self.branches, node.id));
            return below;
        };
        line(text, format_args!("{}{branch}{level}{}", self.branches, title(run)));
        let bar = if node.children.is_empty() { "   " } else { "│  " };
        let error = run.error.as_deref().map(|error| error.trim_start().lines().next().unwrap_or_default());
        for (label, value) in
            [("in ", run.inputs.as_deref()), ("out", run.outputs.as_deref()), ("err", error)]
        {
            if let Some(value) = value.filter(|value| !matches!(*value, "" | "{}")) {
                let value = printable::one_line(value, PREVIEW);
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
        name => printable::one_line(name, NAME),
    };
    if run.run_type != "chain" {
        title += &format!(" [{}]", printable::one_line(&run.run_type, NAME));
    }
    let mark = match run.status {
        RunStatus::Success => "✓",
        RunStatus::Error => "✗",
        RunStatus::Pending => "…",
    };
    match run.duration() {
        Some(duration) => title += &format!("  {mark} {}", show(duration)),
        None => title += &format!("  {mark}"),
    }
    for tag in &run.tags {
        title += &format!(" #{}", printable::one_line(tag, NAME));
    }
    title
}

/// A duration with three digits that matter.
fn show(duration: Duration) -> String {
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
#[path = "tree_tests.rs"]
mod tests;
