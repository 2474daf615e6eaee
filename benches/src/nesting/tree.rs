//! Trees of spans: made of what was recorded, written on one line, compared.

use std::collections::HashMap;

/// The name of a span that stands for no work: what a library needs to begin a trace or to carry a context.
/// It is taken out of the tree, and what was below it moves up, so that nobody loses by it.
pub const HOP: &str = "hop";

/// A span, as it was recorded.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: u128,
    pub parent: Option<u128>,
    /// Spans of one trace have one number; 0 where a library has no such thing.
    pub trace: u128,
    pub name: String,
    pub start: u64,
    pub end: Option<u64>,
    /// How it ended, where the library says so.
    pub status: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub name: String,
    pub status: Option<String>,
    pub children: Vec<Node>,
}

/// Roots, by their start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forest {
    pub roots: Vec<Node>,
}

impl Forest {
    pub fn of(mut records: Vec<Record>) -> Forest {
        records.sort_by_key(|record| record.start);
        let index: HashMap<u128, usize> = records.iter().enumerate().map(|(at, r)| (r.id, at)).collect();
        let mut below = vec![Vec::new(); records.len()];
        let mut roots = Vec::new();
        for (at, record) in records.iter().enumerate() {
            match record.parent.and_then(|parent| index.get(&parent)) {
                Some(parent) => below[*parent].push(at),
                None => roots.push(at),
            }
        }
        Forest { roots: roots.into_iter().flat_map(|root| top(&records, &below, root)).collect() }
    }

    /// `P > (a, b > c); Q` is a root `P` with the children `a` and `b`, of which `b` has the child `c`, and a root
    /// `Q`. A status is in brackets behind the name.
    pub fn render(&self) -> String {
        self.roots.iter().map(Node::render).collect::<Vec<_>>().join("; ")
    }

    /// Reads what [`render`](Self::render) writes.
    pub fn parse(text: &str) -> Forest {
        let mut rest = text;
        let mut roots = Vec::new();
        while !rest.is_empty() {
            roots.push(Node::parse(&mut rest));
            rest = rest.strip_prefix("; ").unwrap_or(rest);
        }
        Forest { roots }
    }

    /// Whether it is this tree. Siblings may come in any order. The statuses of the other count if `with_status`;
    /// what has not ended, although it should, always does.
    pub fn is(&self, expected: &Forest, with_status: bool) -> bool {
        let normal = |forest: &Forest| {
            let mut nodes = forest.roots.clone();
            nodes.sort_by_cached_key(Node::shape);
            nodes.iter_mut().for_each(Node::sort);
            nodes
        };
        let (found, expected) = (normal(self), normal(expected));
        found.len() == expected.len() && found.iter().zip(&expected).all(|(f, e)| f.is(e, with_status))
    }
}

impl Node {
    fn render(&self) -> String {
        let mut text = self.name.clone();
        if let Some(status) = &self.status {
            text = format!("{text} [{status}]");
        }
        let children: Vec<_> = self.children.iter().map(Node::render).collect();
        match &children[..] {
            [] => text,
            [only] => format!("{text} > {only}"),
            many => format!("{text} > ({})", many.join(", ")),
        }
    }

    fn parse(rest: &mut &str) -> Node {
        let end = rest.find([' ', ',', ';', ')']).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        *rest = &rest[end..];
        let mut node = Node { name, status: None, children: Vec::new() };
        if let Some(after) = rest.strip_prefix(" [") {
            let (status, after) = after.split_once(']').expect("a bracket that is closed");
            node.status = Some(status.to_owned());
            *rest = after;
        }
        let Some(after) = rest.strip_prefix(" > ") else { return node };
        *rest = after;
        let Some(after) = rest.strip_prefix('(') else {
            node.children.push(Node::parse(rest));
            return node;
        };
        *rest = after;
        loop {
            node.children.push(Node::parse(rest));
            match rest.strip_prefix(", ") {
                Some(after) => *rest = after,
                None => break,
            }
        }
        *rest = rest.strip_prefix(')').expect("a parenthesis that is closed");
        node
    }

    /// What siblings are sorted by: names alone.
    fn shape(&self) -> String {
        let mut below: Vec<_> = self.children.iter().map(Node::shape).collect();
        below.sort();
        format!("{} > ({})", self.name, below.join(", "))
    }

    fn sort(&mut self) {
        self.children.sort_by_cached_key(|node| (node.shape(), node.status.clone()));
        self.children.iter_mut().for_each(Node::sort);
    }

    fn is(&self, expected: &Node, with_status: bool) -> bool {
        let is_open = |node: &Node| node.status.as_deref() == Some("open");
        let status_is_right = match with_status {
            true => self.status == expected.status,
            false => !is_open(self) || is_open(expected),
        };
        self.name == expected.name
            && status_is_right
            && self.children.len() == expected.children.len()
            && self.children.iter().zip(&expected.children).all(|(f, e)| f.is(e, with_status))
    }
}

/// A root, or what is below it if it is a hop. A hop with several spans below is one trace and stays.
fn top(records: &[Record], below: &[Vec<usize>], at: usize) -> Vec<Node> {
    let node = node(records, below, at);
    match records[at].name == HOP && node.children.len() <= 1 {
        true => node.children,
        false => vec![node],
    }
}

fn node(records: &[Record], below: &[Vec<usize>], at: usize) -> Node {
    let record = &records[at];
    let mut children = Vec::new();
    for &child in &below[at] {
        let found = node(records, below, child);
        let mut found = if records[child].name == HOP { found.children } else { vec![found] };
        for node in &mut found {
            if records[child].start < record.start {
                node.name.push_str("!before-its-parent");
            }
            if records[child].trace != record.trace {
                node.name.push_str("!in-another-trace");
            }
        }
        children.append(&mut found);
    }
    let status = record.status.or(record.end.is_none().then_some("open"));
    Node { name: record.name.clone(), status: status.map(str::to_owned), children }
}

/// Whether each first of the pairs has ended no later than its second, as far as they are there.
pub fn end_in_order(records: &[Record], pairs: &[(&str, &str)]) -> bool {
    let end = |name: &str| records.iter().find(|record| record.name == name)?.end;
    pairs.iter().all(|(first, second)| match (end(first), end(second)) {
        (Some(first), Some(second)) => first <= second,
        (first, _) => first.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["", "a", "a; b", "a > b > c", "a > (b > c, d [error]); e > f"] {
            assert_eq!(Forest::parse(text).render(), text);
        }
    }

    #[test]
    fn hops_go_and_what_does_not_fit_is_marked() {
        let record = |id, parent, trace, name: &str, start| {
            let parent = (parent > 0).then_some(parent);
            Record { id, parent, trace, name: name.to_owned(), start, end: Some(9), status: None }
        };
        let records = vec![
            record(1, 0, 1, HOP, 1),
            record(2, 1, 1, "a", 2),
            record(3, 2, 7, HOP, 3),
            record(4, 3, 7, "b", 4),
            record(5, 2, 1, "early", 1),
        ];
        assert_eq!(Forest::of(records).render(), "a > (early!before-its-parent, b!in-another-trace)");
    }

    #[test]
    fn siblings_have_no_order_and_parents_do() {
        let is = |a: &str, b: &str| Forest::parse(a).is(&Forest::parse(b), true);
        assert!(is("a > (b, c); d", "d; a > (c, b)"));
        assert!(is("p > (x [error], x)", "p > (x, x [error])"));
        assert!(!is("a > b", "b > a"));
        assert!(!is("a > b", "a; b"));
        assert!(!is("a [open]", "a"));
    }
}
