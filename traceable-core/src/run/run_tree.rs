//! `RunTree`: the handle to a run.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::lifecycle;
use super::node::{Context, Run};
use crate::capture::panic_guard::guarded_text;
use crate::identity::time::Timestamp;
use crate::sink::operation::Identity as _;
use crate::sink::run_type::RunType;

/// A handle to a run.
///
/// Inside a traced function, [`RunTree::current_or_inactive`] or a parameter `#[run_tree] rt: RunTree` gives the function's own
/// run. Handles are cheap to clone, can be sent to other threads and outlive the run.
///
/// While tracing is off there is no run; the handle is then *inactive*: its methods do nothing, and as a parent it
/// means the ambient context.
///
/// A run can also be made manually:
///
/// ```
/// use serde_json::json;
/// use traceable_core::{RunTree, RunType};
///
/// let run = RunTree::builder("pipeline").inputs(&json!({"question": "why?"})).build();
/// run.post();
/// let call = run.create_child("model").run_type(RunType::Llm).build();
/// call.post();
/// call.end_with(&json!({"answer": "because"}));
/// call.patch();
/// run.end();
/// run.patch();
/// assert_eq!(call.parent_run_id(), run.id());
/// ```
#[derive(Clone, Default)]
pub struct RunTree(Option<Arc<Run>>);

impl RunTree {
    /// A handle to no run; also the `Default`.
    #[must_use = "a handle to no run does nothing"]
    pub fn inactive() -> RunTree {
        RunTree::default()
    }

    /// Whether there is a run behind the handle.
    pub fn is_active(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the run goes to a sink: `false` if tracing is off or the trace is not sampled.
    pub fn is_recorded(&self) -> bool {
        self.0.as_ref().is_some_and(|run| run.bound().sink.is_some())
    }

    /// The run's id; `None` for an inactive handle.
    pub fn id(&self) -> Option<Uuid> {
        Some(self.0.as_ref()?.bound().id)
    }

    /// The id of the run's trace.
    pub fn trace_id(&self) -> Option<Uuid> {
        Some(self.0.as_ref()?.bound().trace_id)
    }

    /// The id of the run's parent; `None` for a root.
    pub fn parent_run_id(&self) -> Option<Uuid> {
        self.0.as_ref()?.bound().parent_run_id
    }

    /// The run's name; empty for an inactive handle.
    pub fn name(&self) -> &str {
        self.0.as_ref().map_or("", |run| run.name())
    }

    /// What kind of work the run is.
    pub fn run_type(&self) -> RunType {
        self.0.as_ref().map(|run| run.head.run_type()).unwrap_or_default()
    }

    /// When the run started, by the clock of its process. Durations are measured by a monotonic clock: who sets the
    /// system clock changes no trace that is open.
    pub fn start_time(&self) -> Option<Timestamp> {
        Some(self.0.as_ref()?.bound().start)
    }

    /// When the run ended, if it has.
    pub fn end_time(&self) -> Option<Timestamp> {
        self.0.as_ref()?.state().end_time
    }

    /// The dotted order: the path from the trace's root to this run, as text.
    pub fn dotted_order(&self) -> Option<String> {
        let run = self.0.as_ref()?;
        if run.is_waiting() {
            // whoever gets its dotted order may attach something to it
            lifecycle::post(run);
        }
        let mut out = Vec::new();
        run.write_dotted_order(&mut out);
        String::from_utf8(out).ok()
    }

    /// Submits the start of a manual run. Other runs post themselves.
    pub fn post(&self) -> &RunTree {
        if let Some(run) = &self.0 {
            lifecycle::post(run);
        }
        self
    }

    /// Sets the end time to now. For a manual run, [`patch`](Self::patch) then submits it; a traced function's run takes
    /// it as its end time.
    pub fn end(&self) -> &RunTree {
        self.change(|run, state| {
            if state.end_time.is_none() {
                state.end_time = Some(run.now(state));
            }
        })
    }

    /// Ends the run with these outputs, added to those it has.
    pub fn end_with<T: Serialize>(&self, outputs: T) -> &RunTree {
        self.add_outputs(outputs).end()
    }

    /// Ends the run with an error.
    pub fn end_with_error(&self, error: impl fmt::Display) -> &RunTree {
        if self.is_active() {
            let error = guarded_text(|| error.to_string());
            self.change(|_, state| state.extra().error = Some(error));
        }
        self.end()
    }

    /// Submits what has changed. This ends a manual run, if it has not ended yet.
    pub fn patch(&self) -> &RunTree {
        if let Some(run) = &self.0 {
            if run.head.method().is_none() {
                self.end();
                run.state().has_ended = true;
            }
            lifecycle::patch(run);
        }
        self
    }

    pub(crate) fn of(run: Arc<Run>) -> RunTree {
        RunTree(Some(run))
    }

    pub(super) fn run(&self) -> Option<&Arc<Run>> {
        self.0.as_ref()
    }

    pub(crate) fn context(&self) -> Option<Context> {
        self.0.clone().map(Context::Run)
    }
}

impl PartialEq for RunTree {
    /// Whether both are handles to the same run.
    fn eq(&self, other: &RunTree) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl fmt::Debug for RunTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_ref().map(|run| (run, run.started())) {
            Some((run, Some(bound))) => write!(f, "RunTree({:?}, {})", run.name(), bound.id),
            Some((run, None)) => write!(f, "RunTree({:?}, not started)", run.name()),
            None => f.write_str("RunTree(inactive)"),
        }
    }
}
