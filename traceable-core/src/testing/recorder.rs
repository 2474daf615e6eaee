//! `Recorder`: a sink that keeps runs in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::forest::Forest;
use super::recorded_run::RecordedRun;
use crate::context::tracing_context::TracingContext;
use crate::process;
use crate::sink::operation::RunOperation;
use crate::sink::run_sink::RunSink;

/// Keeps runs in memory. Clones share what they keep.
///
/// As soon as there is one, traced calls of the process may be recorded: also one that was made before it was given the
/// recorder's context.
#[derive(Clone)]
pub struct Recorder {
    runs: Arc<Mutex<RecorderState>>,
}

impl Default for Recorder {
    fn default() -> Recorder {
        process::open_gate();
        Recorder { runs: Arc::default() }
    }
}

#[derive(Default)]
struct RecorderState {
    runs: Vec<RecordedRun>,
    by_id: HashMap<Uuid, usize>,
}

impl Recorder {
    /// Makes an empty recorder, not installed anywhere.
    #[must_use = "a recorder records nothing until `.scoped(|| ..)` or `.context()`"]
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// Makes a new recorder the default sink of the process. For a test that has the process for itself; others
    /// use [`scoped`](Self::scoped).
    pub fn install() -> Recorder {
        let recorder = Recorder::new();
        process::install_sink(recorder.sink());
        recorder
    }

    /// Records what is called in `f`, also by the tasks and threads that carry its context. Traced calls that have
    /// lost their context do not come here.
    pub fn scoped<R>(&self, f: impl FnOnce() -> R) -> R {
        self.context().scope(f)
    }

    /// The context of [`scoped`](Self::scoped), for a future:
    /// `test().with_context(recorder.context()).await`.
    pub fn context(&self) -> TracingContext {
        TracingContext::new().sink(self.sink())
    }

    /// This recorder as a sink.
    pub fn sink(&self) -> Arc<dyn RunSink> {
        Arc::new(self.clone())
    }

    /// The runs so far, in the order of their first operation.
    pub fn runs(&self) -> Vec<RecordedRun> {
        self.lock().runs.clone()
    }

    /// The first run of this name.
    ///
    /// # Panics
    /// There is none.
    #[expect(clippy::panic, reason = "fails a test")]
    #[track_caller]
    pub fn run(&self, name: &str) -> RecordedRun {
        let runs = self.runs();
        let names: Vec<_> = runs.iter().map(|run| run.name.clone()).collect();
        runs.into_iter()
            .find(|run| run.name == name)
            .unwrap_or_else(|| panic!("no run `{name}` among {names:?}"))
    }

    /// The runs so far, as trees.
    #[must_use = "what was recorded is there to be looked at, say by `assert_tree!`"]
    pub fn forest(&self) -> Forest {
        Forest::new(self.runs())
    }

    /// Asserts that none of the runs so far is an unintentional root. Only the recorder of the process
    /// ([`install`](Self::install)) sees calls that lost their context; a scoped one does not. Mark calls that are meant to
    /// begin traces by `#[traceable(root)]` or `detached(|| ..)`; what `main` or the thread of a test calls itself is taken
    /// to be meant.
    ///
    /// # Panics
    ///
    /// With the list of the runs that are, why, and what to write instead.
    ///
    /// ```
    /// use traceable_core::testing::Recorder;
    /// use traceable_core::{bind, trace};
    ///
    /// let recorder = Recorder::install();
    /// trace("answer").scope(|_| {
    ///     std::thread::spawn(bind(|| trace("retrieve").scope(|_| ()))).join().unwrap();
    /// });
    /// recorder.assert_no_broken_traces();
    /// ```
    #[track_caller]
    pub fn assert_no_broken_traces(&self) {
        let broken_traces: Vec<_> = self.runs().iter().filter_map(RecordedRun::broken_trace).collect();
        assert!(
            broken_traces.is_empty(),
            "runs began traces of their own against their will:\n{}",
            broken_traces.join("\n")
        );
    }

    /// Forgets the runs so far.
    pub fn clear(&self) {
        *self.lock() = RecorderState::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RecorderState> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    /// What it keeps, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorder({})", self.forest().render())
    }
}

impl RunSink for Recorder {
    fn submit(&self, operation: RunOperation) {
        let mut state = self.lock();
        let next = state.runs.len();
        let index = *state.by_id.entry(operation.id()).or_insert(next);
        if index == next {
            state.runs.push(RecordedRun::new(&operation));
        }
        state.runs[index].take(operation);
    }
}
