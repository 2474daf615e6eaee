//! Locks and what waits for them: those of std, or in the models loom's, which try the orders in which threads may run.
//! There no wait times out, so a wake-up that is missing is a deadlock, which loom reports.

use std::sync::{TryLockError, TryLockResult};
use std::time::Duration;

#[cfg(not(all(test, traceable_loom)))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{ThreadId, current},
};

#[cfg(all(test, traceable_loom))]
pub(crate) use loom::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{ThreadId, current},
};

/// Takes a lock at the end of the process, when it may be held for ever: by the code that a signal has interrupted, or
/// in a copy of the process by a thread that was not copied. Others hold it for some microseconds.
pub(crate) fn lock_if_free<Guard>(try_lock: impl Fn() -> TryLockResult<Guard>) -> Option<Guard> {
    for _ in 0..100 {
        match try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}
