//! When a run starts: what is called becomes a run under its parent, or is not recorded.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value};

use super::site::Site;
use super::split;
use crate::context::extra::Extra;
use crate::context::parent::Parent;
use crate::context::rule::choose;
use crate::context::slot::{Ambient, ambient};
use crate::process;
use crate::run::birth::{Birth, root_sink};
use crate::run::node::{Bound, Context, OneShots, Run};
use crate::run::run_type::RunType;
use crate::run::settings::{Settings, Text};

/// What a call brings along from the place where it was made.
pub(crate) struct Pending {
    pub(super) at_call: Option<Context>,
    /// The parent (or none) was named: what is current at the start does not count.
    pub(super) is_named: bool,
    /// A root is what was asked for.
    pub(super) wants_root: bool,
    pub(super) number: u64,
    pub(super) options: Option<Box<Options>>,
}

/// What a call was given besides its arguments.
#[derive(Default)]
pub(super) struct Options {
    pub(super) one_shots: Option<Box<OneShots>>,
    pub(super) metadata: Map<String, Value>,
    /// What is known of the function, for runs that are reserved first.
    pub(super) head: Option<Head>,
}

/// What is known of a function before it is called.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) name: Text,
    pub(super) run_type: RunType,
    pub(super) method: &'static str,
    pub(super) tags: Cow<'static, [&'static str]>,
    pub(super) project: Option<Text>,
    /// Where it stands in the source; `None` for a block.
    pub(super) site: Option<&'static Site>,
}

/// What a call has become.
pub(super) enum Started {
    /// A run that is recorded.
    Run(Arc<Run>),
    /// No run; what is called inside attaches to this.
    Passive(Context),
}

impl Pending {
    /// Looks around at the call.
    pub(super) fn here(wants_root: bool, number: u64) -> Pending {
        let mut pending = Pending {
            at_call: ambient().context(),
            is_named: false,
            wants_root: false,
            number,
            options: None,
        };
        if let Some(Context::Scope(scope)) = &pending.at_call {
            let one_shots = scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(one_shots) = one_shots {
                pending.options().one_shots = Some(one_shots);
            }
        }
        if wants_root && !pending.parent_was_named_for_call() {
            pending.name_parent(Parent::Root);
        }
        pending
    }

    /// The parent is this one, and not what is current; unless the call itself names one.
    pub(super) fn name_parent(&mut self, parent: Parent) {
        if self.parent_was_named_for_call() || matches!(parent, Parent::Ambient) {
            return;
        }
        self.is_named = true;
        let around = self.at_call.take();
        if matches!(parent, Parent::Root) && around.is_none() {
            self.wants_root = true;
            return;
        }
        self.at_call = Some(Context::Scope(Extra::new().parent(parent).into_scope(|| around, 0)));
    }

    pub(super) fn options(&mut self) -> &mut Options {
        self.options.get_or_insert_default()
    }

    /// Whether an `Extra` around this very call names the parent, which beats the attribute.
    pub(super) fn parent_was_named_for_call(&self) -> bool {
        matches!(&self.at_call, Some(Context::Scope(scope)) if scope.names_parent)
    }

    /// The node that the run will hang under, by the parent rule; `itself` is not a candidate.
    fn parent(&mut self, ambient: Ambient, itself: Option<&Arc<Run>>) -> (Option<Context>, bool) {
        let was_fenced = matches!(ambient, Ambient::Fenced);
        let at_start = ambient
            .context()
            .filter(|context| !matches!((context, itself), (Context::Run(run), Some(own)) if Arc::ptr_eq(run, own)));
        let at_call = self.at_call.take();
        let parent = match at_start {
            // `.with_parent(..)` directly on what this call returned
            Some(Context::Scope(scope)) if scope.for_call != 0 && scope.for_call == self.number => {
                self.take_one_shots_of(&scope);
                self.wants_root = scope.wants_roots;
                Some(Context::Scope(scope))
            }
            _ if self.is_named => at_call,
            at_start => choose(at_call, at_start),
        };
        (parent, was_fenced)
    }

    fn take_one_shots_of(&mut self, scope: &crate::run::node::Scope) {
        if let Some(later) = scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.options().one_shots = Some(later);
        }
    }

    /// Starts now.
    pub(super) fn start(mut self, head: &Head) -> Started {
        let (parent, was_fenced) = self.parent(ambient(), None);
        if let Some(passive) = passive(parent.as_ref()) {
            return passive;
        }
        let run = self.run(head, Bound::nowhere);
        let run = Arc::new(run);
        let bound = self.bind(head, &run, parent, was_fenced);
        run.bind(bound);
        if run.bound().sink.is_none() {
            // not sampled: the root keeps its identity for headers, and nothing below it is recorded
            return Started::Passive(Context::Run(run));
        }
        Started::Run(run)
    }

    /// Makes a run that starts later: at its first poll, or when a child needs it.
    pub(super) fn reserve(mut self, head: &Head) -> Started {
        if let Some(passive) = passive(self.at_call.as_ref()) {
            return passive;
        }
        let run = self.run(head, start_reserved);
        self.options().head = Some(head.clone());
        run.state().extra().reserved = Some(Box::new(self));
        Started::Run(Arc::new(run))
    }

    fn run(&mut self, head: &Head, starter: fn(&Arc<Run>) -> Bound) -> Run {
        let one_shots = self.options.as_mut().and_then(|options| options.one_shots.as_mut());
        let name = one_shots.and_then(|one| one.name.take()).unwrap_or_else(|| head.name.clone());
        Run::new(name, head.run_type.clone(), Some(head.method), starter)
    }

    /// Gives the run its place, and its state what it inherits.
    fn bind(self, head: &Head, run: &Arc<Run>, parent: Option<Context>, was_fenced: bool) -> Bound {
        let inherited = parent.as_ref().and_then(Context::settings);
        let mut options = self.options.map(|options| *options).unwrap_or_default();
        let changes = !head.tags.is_empty() || head.project.is_some() || !options.metadata.is_empty();
        let settings = if changes {
            let own = Settings {
                project: None,
                tags: head.tags.iter().map(|tag| Cow::Borrowed(*tag)).collect(),
                metadata: std::mem::take(&mut options.metadata),
                ..Settings::default()
            };
            let mut settings = own.over(inherited.as_deref());
            settings.project = settings.project.or_else(|| head.project.clone());
            Some(Arc::new(settings))
        } else {
            inherited
        };
        let one_shots = options.one_shots.unwrap_or_default();
        let id = one_shots.run_id.filter(|id| !process::is_id_taken(*id));
        let duplicate = one_shots.run_id.filter(|_| id.is_none());
        let wants_root = self.wants_root || is_scope_that_wants_roots(parent.as_ref());
        let birth = Birth { parent, settings: settings.as_deref(), id, start: None, by_hand: false };
        let bound = birth.bind();
        let mut state = run.state();
        state.settings = settings;
        if let Some(id) = duplicate {
            state.metadata("dup_of", id.to_string());
        }
        if let Some(on_end) = one_shots.on_end {
            state.extra().on_end = Some(on_end);
        }
        if bound.parent_run_id.is_none()
            && !wants_root
            && let Some(reason) = split::reason(was_fenced)
        {
            state.metadata("split_reason", reason);
            if let Some(site) = head.site {
                state.metadata("split_site", site.to_string());
            }
        }
        bound
    }
}

/// The starter of reserved runs.
fn start_reserved(run: &Arc<Run>) -> Bound {
    let reserved = run.state().extra().reserved.take();
    let pending = reserved.and_then(|any| any.downcast::<Pending>().ok());
    let Some(mut pending) = pending else { return Bound::nowhere(run) };
    let Some(head) = pending.options().head.take() else { return Bound::nowhere(run) };
    let (parent, was_fenced) = pending.parent(ambient(), Some(run));
    let bound = pending.bind(&head, run, parent, was_fenced);
    if bound.sink.is_none() {
        run.state().inputs = None;
    }
    bound
}

fn is_scope_that_wants_roots(parent: Option<&Context>) -> bool {
    let mut at = parent;
    while let Some(Context::Scope(scope)) = at {
        if scope.wants_roots {
            return true;
        }
        at = scope.up.as_ref();
    }
    false
}

/// What becomes of a call under this parent if it is not recorded; `None` if it is.
fn passive(parent: Option<&Context>) -> Option<Started> {
    let Some(parent) = parent else {
        return root_sink(None, false).is_none().then_some(Started::Passive(Context::Silent));
    };
    if matches!(parent, Context::Silent) {
        return Some(Started::Passive(Context::Silent));
    }
    let settings = parent.settings();
    let silenced = settings.as_ref().is_some_and(|settings| settings.enabled == Some(false));
    let has_no_sink = match parent.run() {
        Some(run) => run.started().is_some_and(|bound| bound.sink.is_none()),
        None => root_sink(settings.as_deref(), false).is_none(),
    };
    (silenced || has_no_sink).then(|| Started::Passive(parent.clone()))
}
