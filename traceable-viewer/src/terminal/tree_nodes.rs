//! Links the runs of a trace to their parents.

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::stored_run::StoredRun;
use crate::terminal::orphans;

/// A run in the tree, or the place of one that is missing.
pub(crate) struct Node<'a> {
    pub(crate) id: Uuid,
    /// `None`: another run names it as an ancestor, but it was not received.
    pub(crate) run: Option<&'a StoredRun>,
    parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    pub(crate) drawn: bool,
}

/// All nodes of a trace; parents and children are indexes.
pub(crate) struct Nodes<'a> {
    pub(crate) all: Vec<Node<'a>>,
}

impl<'a> Nodes<'a> {
    pub(crate) fn new(runs: &'a [StoredRun]) -> Self {
        let mut all: Vec<Node<'a>> = Vec::with_capacity(runs.len());
        let mut indexes: HashMap<Uuid, usize> = HashMap::with_capacity(runs.len());
        let mut index_of = |all: &mut Vec<Node<'a>>, id: Uuid, run: Option<&'a StoredRun>| {
            *indexes.entry(id).or_insert_with(|| {
                all.push(Node { id, run, parent: None, children: Vec::new(), drawn: false });
                all.len() - 1
            })
        };
        for run in runs {
            index_of(&mut all, run.id, Some(run));
        }
        let mut links = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let mut child = index;
            for ancestor in orphans::ancestors(run) {
                let known = all.len();
                let parent = index_of(&mut all, ancestor, None);
                links.push((child, parent));
                // a node that was there before has the links to its own ancestors
                if parent < known {
                    break;
                }
                child = parent;
            }
        }
        let mut nodes = Nodes { all };
        for (child, parent) in links {
            nodes.attach(child, parent);
        }
        nodes
    }

    fn attach(&mut self, child: usize, parent: usize) {
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

    pub(crate) fn roots(&self) -> Vec<usize> {
        (0..self.all.len()).filter(|at| self.all.get(*at).is_some_and(|node| node.parent.is_none())).collect()
    }

    /// Takes a node from its parent's children.
    pub(crate) fn release(&mut self, at: usize) {
        let parent = self.all.get_mut(at).and_then(|node| node.parent.take());
        if let Some(parent) = parent.and_then(|parent| self.all.get_mut(parent)) {
            parent.children.retain(|child| *child != at);
        }
    }
}
