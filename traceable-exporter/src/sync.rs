//! Locks and what waits for them: those of std, or in the models loom's, which try the orders in which threads may run.
//! There no wait times out, so a wake-up that is missing is a deadlock, which loom reports.

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
