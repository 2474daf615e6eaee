//! The writer thread, the only one that writes: it commits all waiting requests in one transaction, then answers them.

use std::path::Path;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::error_chain::error_chain;
use crate::model::change::Batch;
use crate::store::{BatchReport, StoreError, batch, connection};

/// Requests that may wait. `api/memory_pool.rs` bounds their bytes.
const MAX_WAITING_REQUESTS: usize = 256;

/// A transaction takes no more requests once it holds this many operations, so that nobody waits long for a commit.
const MAX_OPERATIONS_PER_COMMIT: usize = 500;

struct Job {
    batch: Batch,
    reply: oneshot::Sender<Result<BatchReport, String>>,
}

/// Why a batch was not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    #[error("the writer is behind; try again")]
    Busy,
    #[error("the viewer is shutting down")]
    Closed,
    #[error("the database could not be written: {0}")]
    Failed(String),
}

/// The writer thread. Dropping this waits for it, and it runs until every handle is gone.
#[derive(Debug)]
pub(crate) struct Writer {
    thread: Option<JoinHandle<()>>,
}

/// Submits batches to the writer thread.
#[derive(Clone, Debug)]
pub(crate) struct WriterHandle {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens or makes the file and starts the thread.
    pub(crate) fn start(path: &Path) -> Result<(Self, WriterHandle), StoreError> {
        let conn = connection::open_writer(path)?;
        let (jobs, queue) = mpsc::channel(MAX_WAITING_REQUESTS);
        let thread = std::thread::Builder::new().name("traceable-writer".to_owned());
        let thread = thread.spawn(move || run(conn, queue))?;
        Ok((Writer { thread: Some(thread) }, WriterHandle { jobs }))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // an error means that the thread panicked; there is nothing left to save then
            let _ = thread.join();
        }
    }
}

impl WriterHandle {
    /// Stores a batch; returns after the commit.
    pub(crate) async fn submit(&self, batch: Batch) -> Result<BatchReport, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(Job { batch, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closed,
        })?;
        answer.await.map_err(|_| SubmitError::Closed)?.map_err(SubmitError::Failed)
    }
}

fn run(mut conn: Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.blocking_recv() {
        let mut size = first.batch.len();
        let mut group = vec![first];
        // what came while the last commit was made; nobody is waited for, so a lone request is not slowed down
        while size < MAX_OPERATIONS_PER_COMMIT
            && let Ok(job) = queue.try_recv()
        {
            size += job.batch.len();
            group.push(job);
        }
        let (batches, replies): (Vec<_>, Vec<_>) =
            group.into_iter().map(|job| (job.batch, job.reply)).unzip();
        // a reply nobody waits for any more is no error
        match commit(&mut conn, batches) {
            Ok(reports) => {
                for (reply, report) in replies.into_iter().zip(reports) {
                    let _ = reply.send(Ok(report));
                }
            }
            Err(error) => {
                let text = error_chain(&error);
                for reply in replies {
                    let _ = reply.send(Err(text.clone()));
                }
            }
        }
    }
    // keeps the file small and lets it be copied without its -wal; failing changes nothing of what is stored
    let _ = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
}

fn commit(conn: &mut Connection, batches: Vec<Batch>) -> Result<Vec<BatchReport>, StoreError> {
    let mut tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut reports = Vec::with_capacity(batches.len());
    for batch in batches {
        reports.push(batch::store(&mut tx, batch)?);
    }
    tx.commit()?;
    Ok(reports)
}
