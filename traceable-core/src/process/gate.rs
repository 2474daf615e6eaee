//! Whether traced calls have to look any further, and the start of tracing at the first of them.

use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::diagnostics::hook::holding;
use crate::diagnostics::thread_of_roots;
use crate::identity::fork::notice_forks;

/// Nothing in this process is traced: a traced call need not look any further.
const CLOSED: u8 = 0;
/// No traced call has been made yet; the first one starts tracing, if the environment wants it.
const UNSTARTED: u8 = 1;
/// Traced calls have been made, and none has begun: a future that nobody has polled may still be given a sink.
const WAITING: u8 = 2;
/// Some calls may be traced. Never closed again: runs that began keep their children.
const OPEN: u8 = 3;

static GATE: AtomicU8 = AtomicU8::new(UNSTARTED);
static START: Once = Once::new();

/// Whether a traced call has to look further. All that a call costs while tracing is off is this.
#[inline(always)]
pub(crate) fn gate_is_open() -> bool {
    GATE.load(Relaxed) != CLOSED
}

/// Something is recorded from now on: a sink was installed, or is used by a part of the program.
pub(crate) fn open_gate() {
    notice_forks();
    // as long as the thread can be asked: functions registered by `atexit` are called when it no longer can
    thread_of_roots::is_main();
    GATE.store(OPEN, Relaxed);
}

/// Whether a call that begins right now may be traced. The first that begins decides: if nothing can be recorded by then,
/// calls cost next to nothing from now on.
#[inline]
pub(crate) fn may_begin() -> bool {
    match GATE.load(Relaxed) {
        CLOSED => false,
        WAITING => !closes(),
        _ => true,
    }
}

#[cold]
fn closes() -> bool {
    let _ = GATE.compare_exchange(WAITING, CLOSED, Relaxed, Relaxed);
    // another thread may have been faster, one way or the other
    !gate_is_open()
}

/// Runs `start` once, before the first traced call of the process. Tracing is off if `start` installs no sink and nothing
/// else does until a traced call begins.
pub fn start_once(start: fn()) {
    if START.is_completed() {
        return;
    }
    // the diagnostic hook is called when this is over: it is the user's code, and may make a traced call
    holding(|| {
        START.call_once(|| {
            start();
            let _ = GATE.compare_exchange(UNSTARTED, WAITING, Relaxed, Relaxed);
        });
    });
}
