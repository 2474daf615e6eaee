//! What holds for the whole process: whether tracing is on, what is sampled, where runs go by default.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Once, PoisonError, RwLock};
use std::time::Duration;

use uuid::Uuid;

use crate::context::task_identity::{self, TaskIdentity};
use crate::diagnostics::report::holding;
use crate::identity::fork::{self, notice_forks};
use crate::identity::sampling::is_sampled;
use crate::run::sink::RunSink;

pub use crate::capture::writer::unrecorded_values;

/// Nothing in this process is traced: a traced call need not look any further.
const CLOSED: u8 = 0;
/// No traced call has been made yet; the first one starts tracing, if the environment wants it.
const UNSTARTED: u8 = 1;
/// Some calls may be traced. Never closed again: runs that began keep their children.
const OPEN: u8 = 2;

static GATE: AtomicU8 = AtomicU8::new(UNSTARTED);
static START: Once = Once::new();
static ENABLED: AtomicBool = AtomicBool::new(true);
/// The bits of an `f64`.
static SAMPLING_RATE: AtomicU64 = AtomicU64::new(0x3ff0_0000_0000_0000);
static SINK: RwLock<Option<Arc<dyn RunSink>>> = RwLock::new(None);

/// Whether a traced call has to look further. All that a call costs while tracing is off is this.
#[inline(always)]
pub(crate) fn gate_is_open() -> bool {
    GATE.load(Relaxed) != CLOSED
}

/// Something is recorded from now on: a sink was installed, or is used by a part of the program.
pub(crate) fn open_gate() {
    notice_forks();
    GATE.store(OPEN, Relaxed);
}

/// A number for this process that a copy of it, made by `fork`, does not share; 0 in a process that began by itself.
/// For sinks that keep runs waiting: what waits in a copy is sent by the original.
pub fn this_process() -> u32 {
    notice_forks();
    fork::this_process()
}

/// Runs `start` before the first traced call of the process, once. If it installs no sink and nothing else opens
/// the gate, tracing is off.
pub fn start_once(start: fn()) {
    if START.is_completed() {
        return;
    }
    // the diagnostic hook is called when this is over: it is the user's code, and may make a traced call
    holding(|| {
        START.call_once(|| {
            start();
            let _ = GATE.compare_exchange(UNSTARTED, CLOSED, Relaxed, Relaxed);
        });
    });
}

/// Makes `sink` the one that runs go to by default. Returns the sink that was there before.
///
/// Runs that have begun keep the sink they began with.
pub fn install_sink(sink: Arc<dyn RunSink>) -> Option<Arc<dyn RunSink>> {
    let before = SINK.write().unwrap_or_else(PoisonError::into_inner).replace(sink);
    open_gate();
    before
}

/// Takes the default sink away: new traces are not recorded unless they name a sink of their own.
pub fn remove_sink() -> Option<Arc<dyn RunSink>> {
    SINK.write().unwrap_or_else(PoisonError::into_inner).take()
}

/// Switches recording on or off for traces that begin from now on. A trace that has begun goes on as it began.
///
/// ```
/// traceable_core::process::set_enabled(false);
/// assert!(!traceable_core::process::is_enabled());
/// # traceable_core::process::set_enabled(true);
/// ```
pub fn set_enabled(enabled: bool) {
    ENABLED.store(enabled, Relaxed);
}

/// Whether traces that begin now are recorded, as far as [`set_enabled`] decides.
pub fn is_enabled() -> bool {
    ENABLED.load(Relaxed)
}

/// Makes the tasks of an executor known, once for the process.
///
/// # Errors
///
/// If there is one already: it stays, and this one is returned.
pub fn set_task_identity(identity: impl TaskIdentity) -> Result<(), Box<dyn TaskIdentity>> {
    task_identity::set(identity)
}

/// Records this share of all traces, from 0 to 1; which ones follows from their ids, see
/// [`is_sampled`]. A rate that is not a number counts as 1.
pub fn set_sampling_rate(rate: f64) {
    let rate = if rate.is_nan() { 1.0 } else { rate.clamp(0.0, 1.0) };
    SAMPLING_RATE.store(rate.to_bits(), Relaxed);
}

/// Waits until the default sink has passed on what it was given before, at most `timeout`.
pub fn flush(timeout: Duration) -> bool {
    default_sink().is_none_or(|sink| sink.flush(timeout))
}

pub(crate) fn default_sink() -> Option<Arc<dyn RunSink>> {
    SINK.read().unwrap_or_else(PoisonError::into_inner).clone()
}

pub(crate) fn samples(trace_id: Uuid) -> bool {
    is_sampled(trace_id, f64::from_bits(SAMPLING_RATE.load(Relaxed)))
}

/// Whether this run id was given by hand before, among the last few thousand.
pub(crate) fn is_id_taken(id: Uuid) -> bool {
    const REMEMBERED: usize = 4096;
    static GIVEN: Mutex<Vec<Uuid>> = Mutex::new(Vec::new());
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    if given.contains(&id) {
        return true;
    }
    if given.len() < REMEMBERED {
        given.push(id);
    } else {
        given[NEXT.fetch_add(1, Relaxed) as usize % REMEMBERED] = id;
    }
    false
}
