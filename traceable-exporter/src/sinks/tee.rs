//! Tee: several sinks at once.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::thread::Builder;
use std::time::{Duration, Instant};

use traceable_core::{RunOperation, RunSink};

use crate::accounting::process_wide;

/// Passes every operation to several sinks: a server and a file, a server and the console, a recorder and a sink of
/// the program.
///
/// The sinks share inputs and outputs; nothing is copied. A sink that fails or panics does not affect the others; a
/// warning reports the first panic of each. Runs that name no project use the project of the first sink that has one.
///
/// ```
/// use std::sync::Arc;
/// use traceable_core::RunTree;
/// use traceable_core::testing::Recorder;
/// use traceable_exporter::Tee;
///
/// let (one, other) = (Recorder::new(), Recorder::new());
/// let both = Arc::new(Tee::new().and(one.sink()).and(other.sink()));
/// RunTree::builder("step").sink(both).build().post().end().patch();
/// assert_eq!((one.runs().len(), other.runs().len()), (1, 1));
/// ```
#[derive(Default)]
pub struct Tee {
    sinks: Vec<Branch>,
}

struct Branch {
    sink: Arc<dyn RunSink>,
    /// A warning has reported that it panics.
    has_warned: AtomicBool,
}

impl Tee {
    /// Creates a tee without sinks.
    #[must_use = "without sinks it passes nothing on: add them with `.and(sink)`"]
    pub fn new() -> Tee {
        Tee::default()
    }

    /// Adds a sink.
    #[must_use = "the sink is added to what is returned"]
    pub fn and(mut self, sink: Arc<dyn RunSink>) -> Tee {
        self.sinks.push(Branch { sink, has_warned: AtomicBool::new(false) });
        self
    }
}

impl FromIterator<Arc<dyn RunSink>> for Tee {
    fn from_iter<I: IntoIterator<Item = Arc<dyn RunSink>>>(sinks: I) -> Tee {
        sinks.into_iter().fold(Tee::new(), Tee::and)
    }
}

impl Branch {
    fn submit(&self, operation: RunOperation) {
        let submitted = catch_unwind(AssertUnwindSafe(|| self.sink.submit(operation)));
        if submitted.is_err() && !self.has_warned.swap(true, Relaxed) {
            process_wide().call("a sink of a Tee panicked and misses runs; its other sinks are not affected");
        }
    }
}

fn flush(sink: &dyn RunSink, timeout: Duration) -> bool {
    catch_unwind(AssertUnwindSafe(|| sink.flush(timeout))).unwrap_or(false)
}

impl RunSink for Tee {
    fn submit(&self, operation: RunOperation) {
        let Some((last, others)) = self.sinks.split_last() else { return };
        for branch in others {
            branch.submit(operation.clone());
        }
        last.submit(operation);
    }

    fn default_project(&self) -> Option<&str> {
        self.sinks.iter().find_map(|branch| branch.sink.default_project())
    }

    fn default_address(&self) -> Option<&str> {
        self.sinks.iter().find_map(|branch| branch.sink.default_address())
    }

    /// Flushes all sinks at the same time, each on a thread of its own: a slow one takes no time from the others.
    /// Waits for none beyond the deadline.
    fn flush(&self, timeout: Duration) -> bool {
        if let [only] = &self.sinks[..] {
            return flush(&*only.sink, timeout);
        }
        let begun = Instant::now();
        let (done, results) = mpsc::channel();
        let mut waiting = 0;
        let mut complete = true;
        for branch in &self.sinks {
            let (sink, done) = (branch.sink.clone(), done.clone());
            let wait = move || {
                // fails after the deadline, when nobody receives any more
                let _ = done.send(flush(&*sink, timeout));
            };
            match Builder::new().name("traceable-flush".to_owned()).spawn(wait) {
                Ok(_) => waiting += 1,
                Err(_) => complete &= flush(&*branch.sink, timeout.saturating_sub(begun.elapsed())),
            }
        }
        for _ in 0..waiting {
            let left = timeout.saturating_sub(begun.elapsed());
            complete &= results.recv_timeout(left).unwrap_or(false);
        }
        complete
    }
}

impl fmt::Debug for Tee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tee").field("sinks", &self.sinks.len()).finish()
    }
}
