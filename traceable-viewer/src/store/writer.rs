//! The writer thread, the only one that writes.
//!
//! A request is answered once all of it is committed. `turns.rs` decides what each transaction holds.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::model::change::Batch;
use crate::store::{
    BatchReport, StoreError,
    batch_progress::BatchProgress,
    edit::Edit,
    turns::{Job, take_turns},
    write_error::WriteError,
    writer_file::WriterFile,
    writer_settings::WriterSettings,
};

/// Requests that may wait. `memory_budget.rs` bounds their bytes.
const MAX_WAITING_REQUESTS: usize = 256;

/// Why a batch or an edit was not stored.
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
    requests: mpsc::Sender<Request>,
    commits: watch::Receiver<u64>,
}

/// What the writer is asked to do.
enum Request {
    Store(Job),
    Edit(Edit),
}

impl Writer {
    /// Opens or makes the file and starts the thread. A file that can be read but not written, such as one on a full
    /// disk, is an error to every request until it can be written. `on_progress` gets how many runs of an older file are brought up
    /// to date, and how many there are.
    pub(crate) fn start(
        path: &Path,
        settings: WriterSettings,
        on_progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(Self, WriterHandle), StoreError> {
        let (file, warnings) = WriterFile::open_or_read(path, settings, on_progress)?;
        let read_only = file.closed_by().cloned();
        let (requests, queue) = mpsc::channel(MAX_WAITING_REQUESTS);
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = std::thread::Builder::new().name("traceable-writer".to_owned());
        let (committed, commits) = watch::channel(0);
        let thread = thread.spawn(move || run(file, queue, &committed, &stop))?;
        let writer = Writer { thread: Some(thread), stopping, read_only, warnings };
        Ok((writer, WriterHandle { requests, commits }))
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
        self.send(Request::Store(Job { progress: BatchProgress::new(batch), reply }))?;
        answer.await.map_err(|_| SubmitError::Closed)?.map_err(SubmitError::Failed)
    }

    /// Runs a closure on the writer's connection, in a transaction of its own, and returns its result after the commit.
    /// An error undoes all that the closure did. It is to be short: whoever stores runs waits for it.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, SubmitError> {
        let (edit, answer) = Edit::new(edit);
        self.send(Request::Edit(edit))?;
        answer.await.map_err(|_| SubmitError::Closed)?.map_err(SubmitError::Failed)
    }

    /// Changes after each commit.
    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    fn send(&self, request: Request) -> Result<(), SubmitError> {
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closed,
        })
    }
}

fn run(
    mut file: WriterFile,
    mut queue: mpsc::Receiver<Request>,
    committed: &watch::Sender<u64>,
    stopping: &AtomicBool,
) {
    let (mut jobs, mut edits) = (VecDeque::new(), VecDeque::new());
    loop {
        if jobs.is_empty() && edits.is_empty() {
            match queue.blocking_recv() {
                Some(Request::Store(job)) => jobs.push_back(job),
                Some(Request::Edit(edit)) => edits.push_back(edit),
                None => break,
            }
        }
        if !edits.is_empty() {
            edits.drain(..).for_each(|edit: Edit| edit.run(&mut file));
            committed.send_modify(|count| *count += 1);
        }
        if stopping.load(Ordering::Relaxed) {
            jobs.retain(|job: &Job| !job.reply.is_closed());
        }
        if jobs.is_empty() {
            continue;
        }
        // nobody is waited for, so a lone request is not slowed down
        let mut room = MAX_WAITING_REQUESTS.saturating_sub(jobs.len());
        take_turns(&mut file, &mut jobs, &mut || {
            loop {
                let left = room.checked_sub(1)?;
                let request = queue.try_recv().ok()?;
                room = left;
                match request {
                    Request::Store(job) => return Some(job),
                    // its turn is after this transaction
                    Request::Edit(edit) => edits.push_back(edit),
                }
            }
        });
        committed.send_modify(|count| *count += 1);
    }
    file.close();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn an_edit_is_committed_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let (writer, handle) = Writer::start(&path, WriterSettings::default(), &mut |_, _| {}).unwrap();
        let insert = "INSERT INTO project(id, name, created_us) VALUES(?1, ?2, 0)";
        let pid = handle.edit(move |conn| {
            conn.execute(insert, ([1_u8; 16], "one"))?;
            Ok(conn.last_insert_rowid())
        });
        let pid = pid.await.unwrap();
        let failed = handle.edit(move |conn| {
            conn.execute(insert, ([2_u8; 16], "two"))?;
            Ok(conn.execute(insert, ([3_u8; 16], "one"))?)
        });
        let error = failed.await.unwrap_err().to_string();
        assert!(error.contains("UNIQUE"), "{error}");
        let projects = |conn: &Connection| {
            let mut rows = conn.prepare("SELECT pid, name FROM project")?;
            let rows = rows.query_map((), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        };
        assert_eq!(Store::open(&path).unwrap().with(projects).unwrap(), [(pid, "one".to_owned())]);
        drop(handle);
        drop(writer);
    }
}
