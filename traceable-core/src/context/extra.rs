//! `Extra`: what one call is given besides its arguments. LangSmith's `langsmith_extra`.

use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use uuid::Uuid;

use super::ambient::{ambient, enter};
use super::parent::{IntoParent, Parent};
use super::scope_settings::given;
use crate::callsite::broken_trace_reason::BrokenTraceReason;
use crate::callsite::by_location;
use crate::callsite::report_once::Notice;
use crate::capture::payload::Payload;
use crate::capture::suppress::is_suppressed;
use crate::diagnostics::hook::{DiagnosticKind, report};
use crate::process;
use crate::run::around::goes_away;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Context, OneShots, Scope};
use crate::run::object_id::Target;
use crate::run::run_tree::RunTree;
use crate::sink::run_sink::RunSink;
use crate::sink::text::Text;

/// Options for one traced call, beside its arguments: a parent, a name, tags, and more.
///
/// ```
/// use traceable_core::{Extra, RunTree};
/// # fn answer(question: &str) -> String { question.to_owned() }
/// let run = RunTree::builder("by hand").build();
/// let text = Extra::new().parent(&run).tag("retry").call(|| answer("why?"));
/// ```
///
/// It works for every form of function: `call` returns what the function returned, be it a future, a stream or a value.
///
/// `name`, `run_id`, `extra` and `on_end` go to one run: the first traced call inside the closure takes them. Evaluate arguments
/// that are traced calls themselves before.
#[derive(Default)]
#[must_use = "an `Extra` does nothing until `.call(|| ..)`"]
pub struct Extra {
    parent: Parent,
    settings: Settings,
    one_shots: OneShots,
    /// A [`TracingContext`](super::tracing_context::TracingContext): its parent is for everything inside.
    is_ambient: bool,
}

impl Extra {
    /// Nothing extra yet.
    pub fn new() -> Extra {
        Extra::default()
    }

    pub(crate) fn of(parent: Parent, settings: Settings) -> Extra {
        Extra { parent, settings, one_shots: OneShots::default(), is_ambient: true }
    }

    /// What a call is given by its attribute, or by what is put on it.
    pub(crate) fn of_call(parent: Parent, settings: Settings) -> Extra {
        Extra { parent, settings, ..Extra::default() }
    }

    /// The parent, and the rest but for what is for one call alone.
    pub(crate) fn into_parts(self) -> (Parent, Settings) {
        (self.parent, self.settings)
    }

    /// Names the parent: a `&RunTree`, an `Option<&RunTree>` (`None` leaves it to the context), a dotted order,
    /// request headers, or [`Parent::Root`].
    pub fn parent(mut self, parent: impl IntoParent) -> Extra {
        self.parent = parent.to_parent();
        self
    }

    /// The name of the run, instead of the function's.
    pub fn name(mut self, name: impl Into<Text>) -> Extra {
        self.one_shots.name = Some(name.into());
        self
    }

    /// The id of the run. An id names one run: if it is that of another, the run gets a fresh one, `metadata.dup_of` names
    /// this one, and the place is reported once.
    ///
    /// Another run is: any that this crate chose the id of; one that was given its id and is open, or is held by a handle or
    /// a descendant, or is among the last 4096 that are not; any run above it, in other processes too. The ids of these
    /// 4096 take a quarter of a megabyte, and those of all others nothing beside the runs themselves.
    pub fn run_id(mut self, id: Uuid) -> Extra {
        self.one_shots.run_id = Some(id);
        self
    }

    /// A tag, for the runs inside and below.
    pub fn tag(mut self, tag: impl Into<Text>) -> Extra {
        self.settings.add_tags([tag.into()]);
        self
    }

    /// Tags, for the runs inside and below.
    pub fn tags<T: Into<Text>>(mut self, tags: impl IntoIterator<Item = T>) -> Extra {
        self.settings.add_tags(tags.into_iter().map(Into::into));
        self
    }

    /// One entry of the metadata, for the runs inside and below.
    pub fn metadata<T: Serialize>(mut self, key: impl Into<String>, value: T) -> Extra {
        if process::gate_is_open() {
            self.settings.metadata.insert(key, Payload::of(&value));
        }
        self
    }

    /// A field of the run's `extra` beside `metadata`, such as `invocation_params`; see [`RunTree::add_extra`].
    ///
    /// ```
    /// use traceable_core::testing::Recorder;
    /// use traceable_core::{Extra, trace};
    ///
    /// let recorder = Recorder::new();
    /// recorder.scoped(|| Extra::new().extra("batch_size", 8).call(|| trace("model").scope(|_| ())));
    /// assert_eq!(recorder.run("model").extra["batch_size"], 8);
    /// ```
    pub fn extra<T: Serialize>(mut self, key: impl Into<String>, value: T) -> Extra {
        if process::gate_is_open() {
            self.one_shots.fields.insert(key, Payload::of(&value));
        }
        self
    }

    /// The project, if the call begins a trace here: it has no parent, or one in another process that does not tell its
    /// project. Any other run is in its parent's project; that this one has no effect is reported once for each place.
    pub fn project(mut self, project: impl Into<Text>) -> Extra {
        self.settings.project = Some(project.into());
        self
    }

    /// Where the runs inside and below go.
    pub fn sink(mut self, sink: Arc<dyn RunSink>) -> Extra {
        // something is recorded from now on, what was called before this is polled included
        process::open_gate();
        self.settings.sink = Some(sink);
        self.settings.enabled = self.settings.enabled.or(Some(true));
        self
    }

    /// The example of a dataset that the trace is an answer to, if the call begins one.
    pub fn reference_example_id(mut self, id: Uuid) -> Extra {
        self.settings.reference_example_id = Some(id);
        self
    }

    /// `false`: nothing inside is recorded. `true`: it is, although the process has tracing off, if there is a sink.
    pub fn enabled(mut self, enabled: bool) -> Extra {
        self.settings.enabled = Some(enabled);
        self
    }

    /// Called with the run once its end was submitted. A panic in it is caught.
    pub fn on_end(mut self, f: impl FnOnce(&RunTree) + Send + 'static) -> Extra {
        self.one_shots.on_end = Some(Mutex::new(Box::new(|run| f(&RunTree::of(run)))));
        self
    }

    /// Calls `f` with all this.
    #[track_caller]
    pub fn call<R>(self, f: impl FnOnce() -> R) -> R {
        if self.changes_nothing() {
            return f();
        }
        let scope = self.into_scope(|| ambient().context(), None);
        let result = {
            let _entered = enter(Some(Context::Scope(scope.clone())));
            f()
        };
        warn_if_left(&scope, Location::caller());
        result
    }

    /// Whether nothing inside can be traced, in this process as it is: then no scope need be made.
    fn changes_nothing(&self) -> bool {
        self.settings.sink.is_none() && !process::gate_is_open()
    }

    /// The hidden node that stands for all this. `around` is asked where no parent is named.
    pub(crate) fn into_scope(
        self,
        around: impl FnOnce() -> Option<Context>,
        target: Option<Target>,
    ) -> Arc<Scope> {
        let only_adds_settings = matches!(self.parent, Parent::Ambient)
            && self.settings.sink.is_none()
            && self.settings.enabled.is_none();
        let is_unreadable = matches!(self.parent, Parent::Unreadable);
        let is_root = is_unreadable || matches!(self.parent, Parent::Root);
        let names_parent = !self.is_ambient && !matches!(self.parent, Parent::Ambient);
        let around = around();
        let mut settings = self.settings;
        if matches!(&self.parent, Parent::Run(run) if goes_away(run.context().as_ref())) {
            // what a run of another process does not tell may be named beside it, also farther out
            settings = settings.over(Some(&given(around.as_ref())));
        }
        let mut scope = match self.parent {
            Parent::Ambient => Scope::under(around),
            Parent::Run(run) => Scope::apart(run.context(), around),
            Parent::Root | Parent::Unreadable => Scope::apart(None, around),
        };
        scope.wants_roots = is_root;
        scope.broken_trace_reason = is_unreadable.then_some(BrokenTraceReason::BadParent);
        scope.own = settings;
        scope.names_parent = names_parent;
        scope.only_adds_settings = only_adds_settings;
        scope.one_shots = Mutex::new(self.one_shots.is_some().then(|| Box::new(self.one_shots)));
        scope.target = target;
        scope.precompute_position();
        Arc::new(scope)
    }
}

/// A name or an id that no call took is a mistake: what was called is not traced.
fn warn_if_left(scope: &Scope, location: &'static Location<'static>) {
    if cfg!(debug_assertions)
        && !is_suppressed()
        && scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).is_some()
        && by_location::at(location, "Extra").history.reports.is_due(Notice::UnusedExtra)
    {
        let text = format!(
            "unused extra: an `Extra` with `name`, `run_id`, `extra` or `on_end` ({}:{}) found no traced call: is the function \
             annotated with `#[traceable]`, and is tracing on?",
            location.file(),
            location.line(),
        );
        report(DiagnosticKind::UnusedExtra, text);
    }
}
