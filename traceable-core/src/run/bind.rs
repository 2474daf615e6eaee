//! Binding a run: to its parent, or as the root of a trace.

use std::sync::Arc;

use uuid::Uuid;

use super::inherited_settings::Settings;
use super::node::{Bound, Context, Run, State};
use super::{child_checks, project, run_id};
use crate::identity::clock::Clock;
use crate::identity::time::Timestamp;
use crate::process;
use crate::run::head::RunHead;
use crate::sink::run_sink::RunSink;

/// What is asked for; the rest follows from the parent.
pub(crate) struct BindRequest {
    /// The node that the run attaches to; what it inherits is in `settings` already.
    pub(crate) parent: Option<Context>,
    pub(crate) settings: Option<Arc<Settings>>,
    /// The id that the program gave to the run.
    pub(crate) id: Option<Uuid>,
    /// The start that the program gave to it.
    pub(crate) start: Option<Timestamp>,
    /// Records it although the process has tracing off: it is a manual run.
    pub(crate) is_manual: bool,
    /// Records it under no circumstances.
    pub(crate) is_silent: bool,
}

impl BindRequest {
    /// Finds the run's place. What else follows from that is put into its state: the settings, and what is noted of them.
    pub(crate) fn bind(self, head: &RunHead, state: &mut State) -> Bound {
        match self.parent.as_ref().and_then(Context::run) {
            Some(run) => self.child_of(&run, head, state),
            None => self.root(head, state),
        }
    }

    fn child_of(self, parent: &Arc<Run>, head: &RunHead, state: &mut State) -> Bound {
        let above = parent.bound();
        let (clock, start) = self.start(|| above.clock, state);
        child_checks::note_skew(state, above.start, start);
        let sink = match (&above.sink, self.settings.as_ref().and_then(|s| s.sink.clone())) {
            _ if self.is_silent => None,
            // a run of another process has no sink: its children go where a root would
            _ if above.remote().is_some_and(|remote| remote.is_sampled) => {
                root_sink(self.settings.as_deref(), self.is_manual)
            }
            // what was not sampled stays so, whatever sink is named below
            (None, _) => None,
            (Some(_), Some(other)) => Some(other),
            (Some(inherited), None) => Some(inherited.clone()),
        };
        let rare = project::of_child(parent, self.settings, sink.as_deref(), head, state);
        let given = self.id.and_then(|id| run_id::claim(id, Some(parent), head, state));
        Bound {
            depth: self.parent.as_ref().map_or(0, |parent| parent.depth().saturating_add(1)),
            up: self.parent,
            id: given.unwrap_or_else(|| run_id::fresh(start)),
            trace_id: above.trace_id,
            parent_run_id: Some(above.id),
            start,
            clock,
            sink,
            rare,
        }
    }

    fn root(self, head: &RunHead, state: &mut State) -> Bound {
        let (clock, start) = self.start(Clock::of_system, state);
        let given = self.id.and_then(|id| run_id::claim(id, None, head, state));
        let id = given.unwrap_or_else(|| run_id::fresh(start));
        let settings = self.settings.as_deref();
        let sink = if self.is_silent { None } else { root_sink(settings, self.is_manual) };
        let rare = project::of_root(settings);
        state.settings = self.settings;
        Bound {
            depth: self.parent.as_ref().map_or(0, |parent| parent.depth().saturating_add(1)),
            up: self.parent,
            id,
            trace_id: id,
            parent_run_id: None,
            start,
            clock,
            sink: sink.filter(|_| process::samples(id)),
            rare,
        }
    }

    /// The run's clock and its start. One whose start is given goes by the clock that the start was read from: the system's,
    /// whatever has become of it since the trace began.
    fn start(&self, clock: impl FnOnce() -> Clock, state: &mut State) -> (Clock, Timestamp) {
        match self.start {
            None => {
                let clock = clock();
                (clock, clock.now())
            }
            Some(start) => {
                let clock = Clock::of_system();
                state.extra().made_at = Some(clock.now());
                (clock, start)
            }
        }
    }
}

/// Where a trace that begins here goes; `None`: it is not recorded.
pub(crate) fn root_sink(settings: Option<&Settings>, is_manual: bool) -> Option<Arc<dyn RunSink>> {
    let enabled = settings.and_then(|s| s.enabled).unwrap_or_else(|| is_manual || process::is_enabled());
    if !enabled {
        return None;
    }
    settings.and_then(|s| s.sink.clone()).or_else(process::default_sink)
}
