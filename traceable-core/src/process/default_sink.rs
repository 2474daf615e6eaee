//! The sink that runs go to by default.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use super::gate::open_gate;
use crate::diagnostics::hook::report_waiting;
use crate::sink::run_sink::RunSink;

type Sink = Option<Arc<dyn RunSink>>;

struct Sinks {
    current: Sink,
    /// Those that a guard takes away again, in the order of their installation.
    guarded: Vec<Guarded>,
    next_guard: u64,
}

/// What a [`SinkGuard`] stands for.
struct Guarded {
    guard: u64,
    sink: Arc<dyn RunSink>,
    before: Sink,
}

static SINKS: RwLock<Sinks> = RwLock::new(Sinks { current: None, guarded: Vec::new(), next_guard: 0 });

fn sinks() -> RwLockWriteGuard<'static, Sinks> {
    SINKS.write().unwrap_or_else(PoisonError::into_inner)
}

/// Installs the default sink of the process, and returns the one before.
///
/// Runs that have started keep the sink they started with. [`install_sink_guarded`] takes it away again by itself.
pub fn install_sink(sink: Arc<dyn RunSink>) -> Option<Arc<dyn RunSink>> {
    let before = sinks().current.replace(sink);
    open_gate();
    before
}

/// Removes the default sink: new traces are not recorded unless they name a sink of their own.
pub fn remove_sink() -> Option<Arc<dyn RunSink>> {
    sinks().current.take()
}

/// As [`install_sink`], until the guard is dropped: then the sink from before is back. For a part of a program, or a test,
/// that has the process for itself.
///
/// Guards may be dropped in any order. A sink that was installed over this one by [`install_sink`] stays.
///
/// ```
/// use traceable_core::process::install_sink_guarded;
/// use traceable_core::testing::Recorder;
/// use traceable_core::trace;
///
/// let recorder = Recorder::new();
/// {
///     let _guard = install_sink_guarded(recorder.sink());
///     trace("recorded").scope(|_| ());
/// }
/// trace("not recorded").scope(|_| ());
/// assert_eq!(recorder.forest().render(), "recorded");
/// ```
#[must_use = "dropping the guard at once takes the sink away again"]
pub fn install_sink_guarded(sink: Arc<dyn RunSink>) -> SinkGuard {
    let mut sinks = sinks();
    let guard = sinks.next_guard;
    sinks.next_guard += 1;
    let before = sinks.current.replace(sink.clone());
    sinks.guarded.push(Guarded { guard, sink, before });
    drop(sinks);
    open_gate();
    SinkGuard(guard)
}

/// Keeps a sink installed, see [`install_sink_guarded`]. Dropping it delivers nothing: that is what [`flush`] is for.
pub struct SinkGuard(u64);

impl Drop for SinkGuard {
    fn drop(&mut self) {
        let mut sinks = sinks();
        let Some(index) = sinks.guarded.iter().position(|guarded| guarded.guard == self.0) else { return };
        let Guarded { sink, before, .. } = sinks.guarded.remove(index);
        let is_own = |other: &Sink| other.as_ref().is_some_and(|other| Arc::ptr_eq(other, &sink));
        // whoever would bring it back brings back what was before it; or it is still the current one
        let over = sinks.guarded[index..].iter_mut().find(|later| is_own(&later.before));
        let place = match over {
            Some(later) => Some(&mut later.before),
            None => Some(&mut sinks.current).filter(|current| is_own(current)),
        };
        let left = match place {
            Some(place) => std::mem::replace(place, before),
            None => before,
        };
        // not under the lock: the last holder of a sink runs that sink's code
        drop(sinks);
        drop((left, sink));
    }
}

impl fmt::Debug for SinkGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SinkGuard")
    }
}

/// Waits, at most `timeout`, until the default sink has delivered what was submitted before. `false`: not all of it was.
pub fn flush(timeout: Duration) -> bool {
    report_waiting();
    default_sink().is_none_or(|sink| sink.flush(timeout))
}

pub(crate) fn default_sink() -> Option<Arc<dyn RunSink>> {
    SINKS.read().unwrap_or_else(PoisonError::into_inner).current.clone()
}
