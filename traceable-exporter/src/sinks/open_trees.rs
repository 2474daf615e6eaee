//! Traces whose root has not ended: what the console will print of them, bounded in number.

use std::collections::{HashMap, VecDeque};

use traceable_core::{RunOperation, RunType, Timestamp};
use uuid::Uuid;

/// How much of a name or an error is kept, in characters.
const MAX_NAME: usize = 128;
const MAX_ERROR: usize = 200;
/// Outputs larger than this, in bytes, are not searched for token counts.
const MAX_SEARCHED: usize = 256 << 10;

/// A run, as far as it is printed.
pub(super) struct Node {
    pub(super) id: Uuid,
    pub(super) parent: Option<Uuid>,
    pub(super) name: String,
    pub(super) run_type: RunType,
    pub(super) start: Timestamp,
    pub(super) end: Option<Timestamp>,
    pub(super) error: Option<String>,
    pub(super) tokens: Tokens,
}

/// Token counts, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    pub(super) total: Option<u64>,
}

/// A root and its descendants, in the order in which they were submitted: the root is the first.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// The trees that are not printed yet. A root here is a run whose parent is not in a tree: the trace's own root may
/// be in another process, or may have been printed already.
pub(super) struct OpenTrees {
    max_runs: usize,
    /// By the id of the root.
    trees: HashMap<Uuid, Tree>,
    /// Where each run is: its root, and its index in that tree.
    positions: HashMap<Uuid, (Uuid, usize)>,
    /// Roots, oldest first. Some may be printed already.
    order: VecDeque<Uuid>,
}

impl OpenTrees {
    pub(super) fn new(max_runs: usize) -> OpenTrees {
        OpenTrees { max_runs, trees: HashMap::new(), positions: HashMap::new(), order: VecDeque::new() }
    }

    /// Removes all trees.
    pub(super) fn clear(&mut self) {
        *self = OpenTrees::new(self.max_runs);
    }

    /// Adds an operation. Returns the trees that must be printed now.
    pub(super) fn add(&mut self, operation: &RunOperation) -> Vec<Tree> {
        let id = operation.id();
        let (root, index) = match self.positions.get(&id) {
            Some(position) => *position,
            None => self.insert(operation),
        };
        if let Some(node) = self.trees.get_mut(&root).and_then(|tree| tree.nodes.get_mut(index)) {
            node.update(operation);
        }
        let mut printed = Vec::new();
        if root == id && operation.end_time.is_some() {
            printed.extend(self.remove(root));
        }
        while self.positions.len() > self.max_runs {
            let Some(oldest) = self.order.pop_front() else { break };
            printed.extend(self.remove(oldest));
        }
        // a tree that was printed because its root ended is still in the order
        if self.order.len() > 2 * self.trees.len() + 64 {
            self.order.retain(|root| self.trees.contains_key(root));
        }
        printed
    }

    fn insert(&mut self, operation: &RunOperation) -> (Uuid, usize) {
        let id = operation.id();
        let parent = operation.parent_run_id().and_then(|parent| self.positions.get(&parent));
        let root = parent.map_or(id, |(root, _)| *root);
        if root == id {
            self.order.push_back(id);
        }
        let nodes = &mut self.trees.entry(root).or_default().nodes;
        let position = (root, nodes.len());
        nodes.push(Node::new(operation));
        self.positions.insert(id, position);
        position
    }

    fn remove(&mut self, root: Uuid) -> Option<Tree> {
        let tree = self.trees.remove(&root)?;
        for node in &tree.nodes {
            self.positions.remove(&node.id);
        }
        Some(tree)
    }
}

impl Node {
    fn new(operation: &RunOperation) -> Node {
        Node {
            id: operation.id(),
            parent: operation.parent_run_id(),
            name: one_line(operation.name(), MAX_NAME),
            run_type: operation.run_type(),
            start: operation.start_time(),
            end: None,
            error: None,
            tokens: Tokens::default(),
        }
    }

    fn update(&mut self, operation: &RunOperation) {
        self.end = operation.end_time.or(self.end);
        if let Some(error) = &operation.details().error {
            let first = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            self.error = Some(one_line(first, MAX_ERROR));
        }
        if operation.end_time.is_some() {
            self.tokens = Tokens::of(operation);
        }
    }
}

impl Tokens {
    /// Reads the metadata, where traced functions put the counts that they return. For a run that was made by hand it
    /// searches the outputs, unless they are large.
    fn of(operation: &RunOperation) -> Tokens {
        const KEY: &str = "usage_metadata";
        let in_outputs = || {
            let outputs = operation.outputs.as_ref().filter(|outputs| outputs.len() <= MAX_SEARCHED)?;
            outputs.as_str().contains("\"usage_metadata\"").then(|| outputs.to_value())?.get(KEY).cloned()
        };
        let usage = operation.metadata().remove(KEY).or_else(in_outputs);
        let count = |key: &str| usage.as_ref()?.get(key)?.as_u64();
        Tokens { input: count("input_tokens"), output: count("output_tokens"), total: count("total_tokens") }
    }
}

/// Repositions control characters, which could act on a terminal, and limits the length.
fn one_line(text: &str, max: usize) -> String {
    let mut short: String = text.chars().take(max).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(max).is_some() {
        short.push('…');
    }
    short
}
