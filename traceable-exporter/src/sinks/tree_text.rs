//! Formats a tree of runs as text.

use std::collections::HashMap;
use std::fmt::Write as _;

use uuid::Uuid;

use super::open_trees::{Node, Tokens, Tree};

/// Deepest indentation; lines below it begin with their depth instead.
const MAX_INDENT: usize = 32;

/// Formats the tree. Returns its lines, and how many there are.
pub(super) fn write(tree: &Tree) -> (Vec<u8>, u64) {
    let Some(root) = tree.nodes.first() else { return (Vec::new(), 0) };
    let mut children: HashMap<Uuid, Vec<&Node>> = HashMap::new();
    for node in tree.nodes.iter().skip(1) {
        if let Some(parent) = node.parent {
            children.entry(parent).or_default().push(node);
        }
    }
    for siblings in children.values_mut() {
        // the stack below takes the last first; ids of the same time sort in the order of their creation
        siblings.sort_unstable_by_key(|node| std::cmp::Reverse((node.start, node.id)));
    }
    let (mut text, mut lines) = (String::new(), 0);
    // no recursion: a trace can be deeper than a thread's stack
    let mut stack = vec![(0, root)];
    while let Some((depth, node)) = stack.pop() {
        line(&mut text, depth, node);
        lines += 1;
        let below = children.remove(&node.id).unwrap_or_default();
        stack.extend(below.into_iter().map(|child| (depth + 1, child)));
    }
    (text.into_bytes(), lines)
}

fn line(out: &mut String, depth: usize, node: &Node) {
    for _ in 0..depth.min(MAX_INDENT) {
        out.push_str("  ");
    }
    if depth > MAX_INDENT {
        // writing to a string cannot fail, here and below
        let _ = write!(out, "({depth}) ");
    }
    let _ = write!(out, "{}  {}  ", node.name, node.run_type.as_str());
    match node.end {
        Some(end) => duration(out, end.micros().saturating_sub(node.start.micros())),
        None => out.push_str("still open"),
    }
    tokens(out, node.tokens);
    if let Some(error) = &node.error {
        let _ = write!(out, "  error: {error}");
    }
    out.push('\n');
}

/// Formats a duration in a unit that fits, with few digits.
fn duration(out: &mut String, micros: u64) {
    let _ = match micros {
        0..1_000 => write!(out, "{micros} µs"),
        1_000..10_000 => write!(out, "{:.1} ms", micros as f64 / 1e3),
        10_000..1_000_000 => write!(out, "{} ms", micros / 1_000),
        1_000_000..60_000_000 => write!(out, "{:.2} s", micros as f64 / 1e6),
        _ => write!(out, "{} min {} s", micros / 60_000_000, micros / 1_000_000 % 60),
    };
}

fn tokens(out: &mut String, tokens: Tokens) {
    let Tokens { input, output, total } = tokens;
    let sum = total.or_else(|| input?.checked_add(output?));
    let _ = match (input, output, sum) {
        (Some(input), Some(output), Some(sum)) => write!(out, "  {input} + {output} = {sum} tokens"),
        (_, _, Some(sum)) => write!(out, "  {sum} tokens"),
        (Some(input), ..) => write!(out, "  {input} tokens in"),
        (_, Some(output), _) => write!(out, "  {output} tokens out"),
        (None, None, None) => Ok(()),
    };
}
