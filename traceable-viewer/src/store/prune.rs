//! Makes a database smaller: a pass over its traces, then the room is given back to the disk.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::store::{
    StoreError, connection, deletion,
    file_space::{self, FileSpace},
    private_files,
    retention::{Pass, Retention},
    writer_settings::WriterSettings,
};

/// How long a transaction waits for a viewer that stores runs.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a log that readers use is waited for: writers wait too.
const LOG_PATIENCE: Duration = Duration::from_millis(250);

/// What [`prune`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PruneReport {
    /// Runs that were deleted.
    pub runs: u64,
    /// Traces that were deleted.
    pub traces: u64,
    /// The size of the database file before, in bytes.
    pub bytes_before: u64,
    /// Its size now, in bytes.
    pub bytes: u64,
}

/// Deletes from a database what a [`Retention`] does not keep, and gives the room back to the disk.
///
/// A viewer may store runs in the file meanwhile: each transaction is short. After each, `on_progress` is called with
/// what was done until then.
///
/// ```
/// use traceable_viewer::{Retention, prune};
///
/// # fn main() -> Result<(), traceable_viewer::StoreError> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("traceable.db");
/// # drop(traceable_viewer::Viewer::builder().db(&path).port(0).start());
/// let report = prune(&path, &Retention::unlimited().max_bytes(100 << 20), |_| {})?;
/// println!("{} traces are gone; {} bytes are left", report.traces, report.bytes);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// There is no such file, it is not one of this version, it cannot be written, or another program held it for a minute.
pub fn prune(
    path: impl AsRef<Path>,
    retention: &Retention,
    mut on_progress: impl FnMut(&PruneReport),
) -> Result<PruneReport, StoreError> {
    let path = path.as_ref();
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let (mut conn, _) = connection::open_writer(path, &WriterSettings::default(), &mut |_, _| {})?;
    conn.busy_timeout(PATIENCE)?;
    let mut pruning = Pruning::new(retention, &conn)?.until_none_is_free();
    loop {
        let began = Instant::now();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = pruning.step(&tx)?;
        tx.commit()?;
        on_progress(&pruning.report);
        if done {
            break;
        }
        // a viewer that waits for the file asks for it only now and then
        std::thread::sleep(began.elapsed());
    }
    // a viewer that has the file open does it later
    let _ = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    Ok(pruning.report)
}

/// A pass over the traces and what comes after it, one short transaction after another.
#[derive(Debug)]
pub(crate) struct Pruning {
    retention: Retention,
    /// `None`: all that has to go is gone.
    pass: Option<Pass>,
    last_page: bool,
    report: PruneReport,
}

impl Pruning {
    pub(crate) fn new(retention: &Retention, conn: &Connection) -> Result<Self, StoreError> {
        let pass = Some(Pass::new(retention, conn)?);
        let bytes = FileSpace::read(conn)?.file_bytes();
        let report = PruneReport { bytes_before: bytes, bytes, ..PruneReport::default() };
        Ok(Pruning { retention: retention.clone(), pass, last_page: false, report })
    }

    /// Whether it has changed anything yet.
    pub(crate) fn has_changed_anything(&self) -> bool {
        self.report.runs > 0 || self.report.bytes < self.report.bytes_before
    }

    /// All free pages are given back, and not only those that are too many.
    fn until_none_is_free(self) -> Self {
        Pruning { last_page: true, ..self }
    }

    /// What comes next, inside a transaction. `true`: it was the last.
    pub(crate) fn step(&mut self, tx: &Connection) -> Result<bool, StoreError> {
        let done = match &mut self.pass {
            Some(_) if self.retention.is_nothing() => {
                let count = |sql| tx.query_row(sql, (), |row| row.get::<_, u64>(0));
                self.report.runs += count("SELECT count(*) FROM run")?;
                self.report.traces += count("SELECT count(DISTINCT trace_id) FROM run")?;
                deletion::delete_all(tx)?;
                self.pass = None;
                false
            }
            Some(pass) => {
                let slice = pass.delete_some(tx)?;
                self.report.runs += slice.runs;
                self.report.traces += slice.traces;
                if slice.done {
                    self.pass = None;
                }
                false
            }
            None => {
                let wasteful = FileSpace::read(tx)?.is_wasteful(self.retention.byte_bound());
                !((wasteful || self.last_page) && file_space::give_back_some(tx)?)
            }
        };
        self.report.bytes = FileSpace::read(tx)?.file_bytes();
        Ok(done)
    }
}

/// When the log was written last, if it holds anything.
pub(crate) fn log_written(path: &Path) -> Option<SystemTime> {
    let log = std::fs::metadata(private_files::beside(path, "-wal")).ok()?;
    log.modified().ok().filter(|_| log.len() > 0)
}

/// Writes the log back into the file and empties it, if it is longer than this. SQLite alone does that only while nobody
/// reads. While there are readers it may fail, and is to be tried again some other time.
pub(crate) fn shorten_log(path: &Path, above: u64) -> Result<(), StoreError> {
    let log = private_files::beside(path, "-wal");
    if !std::fs::metadata(log).is_ok_and(|log| log.len() > above) {
        return Ok(());
    }
    let path = std::path::absolute(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(LOG_PATIENCE)?;
    Ok(conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?)
}
