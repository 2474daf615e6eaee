//! The nodes that things attach to, and the rule that chooses between two of them.

use crate::program::{Id, UNSAMPLED};

/// A node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct At(usize);

/// What a call finds around itself: a node, or nothing.
pub(super) type Context = Option<At>;

#[derive(Clone, Copy)]
enum Node {
    /// A run, where it was called, and what it attaches to once it has started.
    Run {
        id: Id,
        called: Context,
        starts: Option<Context>,
    },
    /// A run that is known by its id alone: what attaches to it does so from afar.
    Remote {
        id: Id,
    },
    Scope(Scope),
}

/// A hidden node between runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope {
    pub(super) up: Context,
    /// What is inside without a parent is meant to be a root.
    pub(super) wants_roots: bool,
    /// The parent was named for the call, and so beats one in the attribute.
    pub(super) names_parent: bool,
    /// It names nothing, and for the rule is not there.
    pub(super) only_gives: bool,
    /// It stands for a call that is no run.
    pub(super) is_call: bool,
    /// Nothing inside is recorded, whatever its parent.
    pub(super) silences: bool,
    /// The call that it was put on.
    pub(super) directly_on: Option<Id>,
}

#[derive(Default)]
pub(super) struct Contexts(Vec<Node>);

impl Contexts {
    fn add(&mut self, node: Node) -> At {
        self.0.push(node);
        At(self.0.len() - 1)
    }

    pub(super) fn scope(&mut self, scope: Scope) -> At {
        self.add(Node::Scope(scope))
    }

    /// A run that starts later.
    pub(super) fn called(&mut self, id: Id, called: Context) -> At {
        self.add(Node::Run { id, called, starts: None })
    }

    /// A run that starts where it is called.
    pub(super) fn started(&mut self, id: Id, at: Context) -> At {
        self.add(Node::Run { id, called: at, starts: Some(at) })
    }

    pub(super) fn remote(&mut self, id: Id) -> At {
        self.add(Node::Remote { id })
    }

    pub(super) fn is_run(&self, at: At) -> bool {
        matches!(self.0[at.0], Node::Run { .. })
    }

    pub(super) fn has_started(&self, run: At) -> bool {
        !matches!(self.0[run.0], Node::Run { starts: None, .. })
    }

    pub(super) fn start(&mut self, run: At, at: Context) {
        if let Node::Run { starts: starts @ None, .. } = &mut self.0[run.0] {
            *starts = Some(at);
        }
    }

    /// Starts a run that something needs, if it has not started. Returns what it attaches to.
    pub(super) fn start_where_called(&mut self, run: At) -> Context {
        if let Node::Run { called, .. } = self.0[run.0] {
            self.start(run, called);
        }
        self.up(run)
    }

    fn up(&self, at: At) -> Context {
        match self.0[at.0] {
            Node::Run { called, starts, .. } => starts.unwrap_or(called),
            Node::Scope(scope) => scope.up,
            Node::Remote { .. } => None,
        }
    }

    pub(super) fn id(&self, run: At) -> Id {
        match self.0[run.0] {
            Node::Run { id, .. } | Node::Remote { id } => id,
            Node::Scope(_) => unreachable!("a scope has no id"),
        }
    }

    fn line(&self, from: Context) -> impl Iterator<Item = At> {
        std::iter::successors(from, |at| self.up(*at))
    }

    /// The scopes between here and the next run.
    fn scopes(&self, from: Context) -> impl Iterator<Item = Scope> {
        self.line(from).map_while(|at| if let Node::Scope(scope) = self.0[at.0] { Some(scope) } else { None })
    }

    /// The run that children attach to.
    pub(super) fn run_of(&self, from: Context) -> Option<At> {
        self.line(from).find(|at| !matches!(self.0[at.0], Node::Scope(_)))
    }

    /// Whether what is called here is inside something that is switched off.
    pub(super) fn is_silenced(&self, from: Context) -> bool {
        self.line(from).any(|at| matches!(self.0[at.0], Node::Scope(Scope { silences: true, .. })))
    }

    /// Whether what is called here is recorded.
    pub(super) fn is_recorded(&self, from: Context) -> bool {
        let is_unsampled = |at: At| matches!(self.0[at.0], Node::Run { id: UNSAMPLED, .. });
        !self.is_silenced(from) && !self.line(from).any(is_unsampled)
    }

    pub(super) fn is_root_on_purpose(&self, from: Context) -> bool {
        self.scopes(from).any(|scope| scope.wants_roots)
    }

    pub(super) fn names_parent(&self, from: Context) -> bool {
        self.scopes(from).take_while(|scope| !scope.is_call).any(|scope| scope.names_parent)
    }

    /// Inside of a call that is switched off, and is no run that would stand between the scopes around and inside.
    pub(super) fn inside_call(&mut self, around: Context) -> Context {
        match around.map(|at| self.0[at.0]) {
            Some(Node::Scope(Scope { is_call: false, .. })) => {
                Some(self.scope(Scope { up: around, is_call: true, ..Scope::default() }))
            }
            _ => around,
        }
    }

    pub(super) fn is_directly_on(&self, at: Context, id: Id) -> bool {
        matches!(at.map(|at| self.0[at.0]), Some(Node::Scope(Scope { directly_on: Some(on), .. })) if on == id)
    }

    /// The rule: C at the call and P at the start.
    pub(super) fn choose(&self, call: Context, start: Context) -> Context {
        match (self.behind_giving(call), start) {
            (_, None) => call,
            (None, start) => start,
            (Some(behind), Some(_)) if self.line(start).any(|at| at == behind) => start,
            _ => call,
        }
    }

    /// Without the scopes that name nothing.
    fn behind_giving(&self, from: Context) -> Context {
        self.line(from).find(|at| !matches!(self.0[at.0], Node::Scope(Scope { only_gives: true, .. })))
    }
}
