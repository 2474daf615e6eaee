//! Deletes old traces while the viewer runs, between the requests that it answers.

use std::time::Duration;

use crate::error_chain::error_chain;
use crate::store::{
    Pruning, Retention, Store, StoreError, SubmitError, WriterHandle, log_written, shorten_log,
};

/// How often the file is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// After a pass that could do nothing: everything is open, or the file cannot be written.
const LONG_PAUSE: Duration = Duration::from_secs(60);

/// Above this the log beside the file is written back and emptied, and whatever its length when nobody has written to it
/// since the file was looked at before: a file at rest is one file, and a third smaller.
const MAX_LOG_BYTES: u64 = 128 << 20;

/// Runs until it is dropped.
pub(super) async fn keep(retention: Retention, store: Store, writer: WriterHandle, warn: impl Fn(String)) {
    let (mut max_log_bytes, mut written) = (MAX_LOG_BYTES, None);
    loop {
        tokio::time::sleep(PAUSE).await;
        let before = std::mem::replace(&mut written, log_written(store.path()));
        if written.is_some() && written == before {
            max_log_bytes = 0;
        }
        let done = match is_due(&retention, &store, max_log_bytes).await {
            Ok(false) => {
                max_log_bytes = MAX_LOG_BYTES;
                continue;
            }
            Ok(true) => pass(&retention, &writer).await,
            Err(error) => Err(error),
        };
        match done {
            // the file on the disk becomes smaller when the log is written back
            Ok(true) => max_log_bytes = 0,
            Ok(false) => tokio::time::sleep(LONG_PAUSE).await,
            Err(error) => {
                warn(format!("old traces could not be deleted: {error}"));
                tokio::time::sleep(LONG_PAUSE).await;
            }
        }
    }
}

/// Whether there is something to do; on the way a log that has become long is shortened.
async fn is_due(retention: &Retention, store: &Store, max_log_bytes: u64) -> Result<bool, String> {
    let (retention, store) = (retention.clone(), store.clone());
    let read = move || {
        // readers keep it from being shortened now and then, which is no mistake of anybody
        let _ = shorten_log(store.path(), max_log_bytes);
        store.with(|conn| retention.is_due(conn))
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(due) => due.map_err(|error| error_chain(&error)),
        Err(_) => Err("the viewer is shutting down".to_owned()),
    }
}

/// `false`: nothing could be deleted.
async fn pass(retention: &Retention, writer: &WriterHandle) -> Result<bool, String> {
    let mut pruning = None;
    loop {
        let (begun, retention) = (pruning.take(), retention.clone());
        let step = move |tx: &rusqlite::Connection| -> Result<_, StoreError> {
            let mut pruning = match begun {
                Some(pruning) => pruning,
                None => Pruning::new(&retention, tx)?,
            };
            let done = pruning.step(tx)?;
            Ok((pruning, done))
        };
        match writer.edit(step).await {
            Ok((ended, true)) => return Ok(ended.has_changed_anything()),
            Ok((begun, false)) => pruning = Some(begun),
            // the closure is gone with what it had begun; another begins at the oldest trace again
            Err(SubmitError::Busy) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error_chain(&error)),
        }
    }
}
