//! The writer thread, the only one that writes.
//!
//! A request is answered once all of it is committed. `turns.rs` decides what each transaction holds.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use crate::model::change::Batch;
use crate::store::{
    BatchReport, StoreError,
    batch_progress::BatchProgress,
    turns::{Job, take_turns},
    write_error::WriteError,
    writer_file::WriterFile,
};

/// Requests that may wait. `memory_budget.rs` bounds their bytes.
const MAX_WAITING_REQUESTS: usize = 256;

/// Why a batch was not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    #[error("the writer is behind; try again")]
    Busy,
    #[error("the viewer is shutting down")]
    Closed,
    #[error(transparent)]
    Failed(WriteError),
}

/// The writer thread. Dropping this waits for it, and it runs until every handle is gone; what nobody waits for any
/// more is not finished.
#[derive(Debug)]
pub(crate) struct Writer {
    thread: Option<JoinHandle<()>>,
    stopping: Arc<AtomicBool>,
    read_only: Option<WriteError>,
    warnings: Vec<String>,
}

/// Submits batches to the writer thread.
#[derive(Clone, Debug)]
pub(crate) struct WriterHandle {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens or makes the file and starts the thread. A file that can be read but not written, such as one on a full
    /// disk, is an error to every request until it can be written.
    pub(crate) fn start(path: &Path) -> Result<(Self, WriterHandle), StoreError> {
        let (file, warnings) = WriterFile::open_or_read(path)?;
        let read_only = file.closed_by().cloned();
        let (jobs, queue) = mpsc::channel(MAX_WAITING_REQUESTS);
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = std::thread::Builder::new().name("traceable-writer".to_owned());
        let thread = thread.spawn(move || run(file, queue, &stop))?;
        Ok((Writer { thread: Some(thread), stopping, read_only, warnings }, WriterHandle { jobs }))
    }

    /// What there is to say about the rights of the file.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Why the file could only be read when it was opened.
    pub(crate) fn read_only(&self) -> Option<&WriteError> {
        self.read_only.as_ref()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // an error means that the thread panicked; there is nothing left to save then
            let _ = thread.join();
        }
    }
}

impl WriterHandle {
    /// Stores a batch; returns after the commit of all of it.
    pub(crate) async fn submit(&self, batch: Batch) -> Result<BatchReport, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let job = Job { progress: BatchProgress::new(batch), reply };
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closed,
        })?;
        answer.await.map_err(|_| SubmitError::Closed)?.map_err(SubmitError::Failed)
    }
}

fn run(mut file: WriterFile, mut queue: mpsc::Receiver<Job>, stopping: &AtomicBool) {
    let mut jobs = VecDeque::new();
    loop {
        if jobs.is_empty() {
            match queue.blocking_recv() {
                Some(job) => jobs.push_back(job),
                None => break,
            }
        }
        if stopping.load(Ordering::Relaxed) {
            jobs.retain(|job: &Job| !job.reply.is_closed());
        }
        // nobody is waited for, so a lone request is not slowed down
        let mut room = MAX_WAITING_REQUESTS.saturating_sub(jobs.len());
        take_turns(&mut file, &mut jobs, &mut || {
            let left = room.checked_sub(1)?;
            let job = queue.try_recv().ok()?;
            room = left;
            Some(job)
        });
    }
    file.close();
}
