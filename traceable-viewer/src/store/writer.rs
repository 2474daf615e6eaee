//! The writer thread, the only one that writes.
//!
//! It gives every waiting request a turn in each transaction, and a transaction is short: a request of a hundred
//! thousand runs takes many, and others are answered meanwhile. A request is answered once all of it is committed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::model::change::Batch;
use crate::store::{
    BatchReport, StoreError,
    batch_progress::{BatchProgress, Outcome},
    connection,
    write_error::WriteError,
};

/// Requests that may wait. `memory_budget.rs` bounds their bytes.
const MAX_WAITING_REQUESTS: usize = 256;

/// A transaction takes no more once it holds this many operations, or is this old.
const MAX_OPERATIONS_PER_COMMIT: usize = 500;
const MAX_TIME_PER_COMMIT: Duration = Duration::from_millis(100);

/// Operations of one request before the next one has its turn.
const OPERATIONS_PER_TURN: usize = 50;

/// How long a file that cannot be written is left alone before the writer tries to open it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(2);

type Reply = oneshot::Sender<Result<BatchReport, WriteError>>;

struct Job {
    progress: BatchProgress,
    reply: Reply,
}

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
        let mut warnings = Vec::new();
        let state = match connection::open_writer(path) {
            Ok((conn, said)) => {
                warnings = said;
                FileState::Open(conn)
            }
            Err(error) => {
                let Some(cause) = WriteError::of_storage(&error) else { return Err(error) };
                // without a file to read, or with one that cannot be read either, the first error says more
                if connection::open_reader(path).is_err() {
                    return Err(error);
                }
                FileState::Closed { cause, since: Instant::now() }
            }
        };
        let read_only = match &state {
            FileState::Open(_) => None,
            FileState::Closed { cause, .. } => Some(cause.clone()),
        };
        let file = WriterFile { path: path.to_owned(), state };
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
        // what came meanwhile; nobody is waited for, so a lone request is not slowed down
        while jobs.len() < MAX_WAITING_REQUESTS
            && let Ok(job) = queue.try_recv()
        {
            jobs.push_back(job);
        }
        if stopping.load(Ordering::Relaxed) {
            jobs.retain(|job: &Job| !job.reply.is_closed());
        }
        take_turns(&mut file, &mut jobs);
    }
    if let FileState::Open(conn) = file.state {
        // keeps the file small and lets it be copied without its -wal; failing changes nothing of what is stored
        let _ = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

/// One transaction for the jobs at the front of the queue. Those that are not finished go to its end.
fn take_turns(file: &mut WriterFile, jobs: &mut VecDeque<Job>) {
    let conn = match file.open() {
        Ok(conn) => conn,
        Err(error) => return jobs.drain(..).for_each(|job| reply(job, Err(error.clone()))),
    };
    let mut turn = Vec::new();
    let Err(error) = transaction(conn, jobs, &mut turn, MAX_OPERATIONS_PER_COMMIT) else {
        return finish(turn, jobs);
    };
    match turn.len() {
        // it could not begin
        0 => return jobs.drain(..).for_each(|job| reply(job, Err(error.clone()))),
        1 => return fail(turn, &error),
        _ => {}
    }
    // what one request asks for may be what the disk has no room for, so each gets a transaction of its own
    let mut alone: VecDeque<Job> = turn.into_iter().map(|(job, _)| job).collect();
    while let Some(job) = alone.pop_front() {
        let (mut one, mut turn) = (VecDeque::from([job]), Vec::new());
        match transaction(conn, &mut one, &mut turn, OPERATIONS_PER_TURN) {
            Ok(()) => finish(turn, jobs),
            // the file was locked, or cannot be written by anybody
            Err(error) if turn.is_empty() => {
                return one.into_iter().chain(alone).for_each(|job| reply(job, Err(error.clone())));
            }
            Err(error) => fail(turn, &error),
        }
    }
}

/// Takes jobs from the queue, stores a part of each, and commits. On an error nothing of it is stored.
fn transaction(
    conn: &mut Connection,
    jobs: &mut VecDeque<Job>,
    turn: &mut Vec<(Job, Vec<Outcome>)>,
    max_operations: usize,
) -> Result<(), WriteError> {
    let began = Instant::now();
    let mut tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
    let mut operations = 0;
    while operations < max_operations
        && began.elapsed() < MAX_TIME_PER_COMMIT
        && let Some(job) = jobs.pop_front()
    {
        turn.push((job, Vec::new()));
        let Some((job, outcomes)) = turn.last_mut() else { break };
        while outcomes.len() < OPERATIONS_PER_TURN
            && let Some(outcome) = job.progress.store(outcomes.len(), &mut tx)?
        {
            outcomes.push(outcome);
            if began.elapsed() >= MAX_TIME_PER_COMMIT {
                break;
            }
        }
        operations += outcomes.len();
    }
    Ok(tx.commit().map_err(StoreError::from)?)
}

/// After a commit: answers the jobs that are stored whole.
fn finish(turn: Vec<(Job, Vec<Outcome>)>, jobs: &mut VecDeque<Job>) {
    for (mut job, outcomes) in turn {
        job.progress.commit(outcomes);
        match job.progress.finished() {
            Some(report) => reply(job, Ok(report)),
            None => jobs.push_back(job),
        }
    }
}

fn fail(turn: Vec<(Job, Vec<Outcome>)>, error: &WriteError) {
    turn.into_iter().for_each(|(job, _)| reply(job, Err(error.clone())));
}

fn reply(job: Job, result: Result<BatchReport, WriteError>) {
    // its memory is free before its client sends more
    drop(job.progress);
    // a reply nobody waits for any more is no error
    let _ = job.reply.send(result);
}

/// The file, which may not be writable for a while.
struct WriterFile {
    path: PathBuf,
    state: FileState,
}

enum FileState {
    Open(Connection),
    Closed { cause: WriteError, since: Instant },
}

impl WriterFile {
    /// The connection, opened again if the file could not be written before.
    fn open(&mut self) -> Result<&mut Connection, WriteError> {
        if let FileState::Closed { cause, since } = &mut self.state {
            if since.elapsed() < REOPEN_PAUSE {
                return Err(cause.clone());
            }
            match connection::open_writer(&self.path) {
                Ok((conn, _)) => self.state = FileState::Open(conn),
                Err(error) => {
                    (*cause, *since) = (WriteError::from(error), Instant::now());
                }
            }
        }
        match &mut self.state {
            FileState::Open(conn) => Ok(conn),
            FileState::Closed { cause, .. } => Err(cause.clone()),
        }
    }
}
