//! The exporter's first thread: it opens the spool, or lets runs wait in memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::accounting::WarningKind;
use crate::delivery::{Shared, WorkerPool, spawn};
use crate::spooling::SpoolWorkers;

/// Starts the thread. If the system refuses, the next operation tries again.
pub(super) fn start(shared: &Arc<Shared>) {
    let own = shared.clone();
    let run = move || {
        if catch_unwind(AssertUnwindSafe(|| work(&own))).is_err() {
            own.queue.worker_failed();
        }
    };
    if let Err(error) = spawn(run) {
        shared.queue.worker_failed();
        shared
            .warner
            .warn(WarningKind::Worker, || format!("the exporter's thread cannot be started: {error}"));
    }
}

fn work(shared: &Arc<Shared>) {
    if let Some(spool) = &shared.config.spool {
        // a warning may call code of the program, which may flush
        shared.queue.add_thread();
        let opened = SpoolWorkers::open(shared.clone(), spool);
        shared.queue.recovery_read();
        match opened {
            Ok(workers) => return workers.run(),
            Err(error) => shared.warner.warn(WarningKind::Spool, || {
                let folder = spool.directory().display();
                format!("the spool {folder} cannot be used, runs wait in memory: {error}")
            }),
        }
    }
    Arc::new(WorkerPool::new(shared.clone())).run();
}
