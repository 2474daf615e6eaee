//! Whether this process is a copy that `fork` made of another. A copy shares the numbers that ids are made from and
//! the runs that were open, and must use neither.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// 0 in a process that began by itself, the process id in a copy.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Which process this is, among a process and its copies: 0 in the original. Asking the operating system at each call
/// would cost more than a call does.
#[inline]
pub(crate) fn fork_generation() -> u32 {
    PROCESS.load(Relaxed)
}

/// Notices forks from now on.
pub(crate) fn notice_forks() {
    static ONCE: Once = Once::new();
    ONCE.call_once(at_fork);
}

#[cfg(unix)]
fn at_fork() {
    use std::ffi::c_int;

    type Handler = Option<extern "C" fn()>;

    unsafe extern "C" {
        fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> c_int;
    }

    /// Runs in the copy, on its only thread, where next to nothing may be called: this stores a number.
    extern "C" fn in_copy() {
        PROCESS.store(std::process::id(), Relaxed);
    }

    // SAFETY: this is the function's signature in POSIX, and every Unix that std supports has it in its C library,
    // which std links. The handler does nothing that is forbidden after a fork, and cannot unwind. If there is no
    // memory to register it, forks go unnoticed.
    let _ = unsafe { pthread_atfork(None, None, Some(in_copy)) };
}

#[cfg(not(unix))]
fn at_fork() {}
