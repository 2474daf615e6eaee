//! Reads runs, traces and feedback: the readers' side of the file.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::model::{
    encoded_text::EncodedText,
    stored_run::{AttachmentInfo, RunStatus, StoredFeedback, StoredRun, TraceSummary, Usage},
};
use crate::store::{
    StoreError, attachments,
    connection::{self, Reader},
    feedback, orphans, run_row, time_limit,
};

/// Idle connections that are kept for the next reader.
const MAX_IDLE: usize = 4;

/// Reads a database of traces, also while a viewer writes to it. Clones share their connections.
///
/// ```
/// use traceable_viewer::{Store, StoreError};
///
/// # fn main() -> Result<(), StoreError> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("traceable.db");
/// # drop(traceable_viewer::Viewer::builder().db(&path).port(0).start());
/// let store = Store::open(&path)?;
/// for trace in store.traces(20)? {
///     println!("{} {}: {} runs", trace.trace_id, trace.name, trace.runs);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Reader>>>,
    /// How long one read may take.
    time_limit: Option<Duration>,
}

/// The columns of a run, and where they come from. The long texts are the argument.
macro_rules! run {
    ($($payload:literal)*) => {
        concat!(
            "SELECT run.id, trace_id, parent_id, project.name, run.name, run_type, status, start_us, end_us, \
             dotted_order, tags, reference_example_id, received_us, seq, ", $($payload,)* ", run.rid, project.id, \
             thread_id, model, prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, \
             total_cost, first_token_us, inputs_preview, outputs_preview, \
             (SELECT token FROM share WHERE share.run_id = run.id) FROM run JOIN project USING(pid)"
        )
    };
}

const RUN: &str = concat!(
    run!("inputs, outputs, payload.extra, events, error, serialized"),
    " LEFT JOIN payload USING(rid)"
);

/// Without the long texts, of which only that of an error is read.
const LISTED_RUN: &str = run!(
    "NULL, NULL, NULL, NULL, \
     CASE WHEN status = 2 THEN (SELECT error FROM payload WHERE payload.rid = run.rid) END, NULL"
);

/// The trace's root is the run whose id is the trace's; it may be missing, and then the first run tells the project.
const TRACE: &str = "SELECT trace.trace_id, root.name, \
    (SELECT name FROM project WHERE pid = coalesce(root.pid, \
        (SELECT pid FROM run WHERE run.trace_id = trace.trace_id ORDER BY dotted_order LIMIT 1))), \
    trace.start_us, trace.end_us, coalesce(root.status, 0), runs, errors, trace.prompt_tokens, \
    trace.completion_tokens, trace.total_tokens, trace.prompt_cost, trace.completion_cost, trace.total_cost, \
    trace.first_token_us FROM trace LEFT JOIN run AS root ON root.id = trace.trace_id";

impl Store {
    /// Opens an existing database for reading.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let store = Store { path, idle: Arc::default(), time_limit: None };
        store.with(|_| Ok(()))?;
        Ok(store)
    }

    /// The same, with a bound on each read: [`StoreError::TooSlow`] is the error of one that takes longer. Without it a
    /// read takes as long as it takes.
    ///
    /// ```
    /// # use traceable_viewer::{Store, StoreError};
    /// # fn main() -> Result<(), StoreError> {
    /// # let dir = tempfile::tempdir()?;
    /// # let path = dir.path().join("traceable.db");
    /// # drop(traceable_viewer::Viewer::builder().db(&path).port(0).start());
    /// let store = Store::open(&path)?.with_time_limit(std::time::Duration::from_secs(10));
    /// assert!(store.traces(20)?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest traces, newest first.
    pub fn traces(&self, limit: usize) -> Result<Vec<TraceSummary>, StoreError> {
        let sql = format!(
            "{TRACE} WHERE trace.trace_id IN ({}) ORDER BY trace.start_us DESC, trace.trace_id DESC",
            orphans::NEWEST_TRACES
        );
        self.with(|conn| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            conn.prepare_cached(&sql)?.query_map([limit], trace_summary)?.map(|row| Ok(row?)).collect()
        })
    }

    /// The trace that was started last.
    pub fn latest_trace(&self) -> Result<Option<TraceSummary>, StoreError> {
        Ok(self.traces(1)?.pop())
    }

    /// All runs of a trace, each before its children; empty when the trace is not known.
    pub fn trace(&self, trace_id: Uuid) -> Result<Vec<StoredRun>, StoreError> {
        self.runs(&format!("{RUN} WHERE trace_id = ?1 ORDER BY dotted_order, run.id"), trace_id)
    }

    /// One run.
    pub fn run(&self, id: Uuid) -> Result<Option<StoredRun>, StoreError> {
        Ok(self.runs(&format!("{RUN} WHERE run.id = ?1"), id)?.pop())
    }

    /// The bytes of a file of a run.
    pub fn attachment(&self, run_id: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|conn| Ok(attachments::load(conn, run_id, name)?))
    }

    /// A part of the bytes of a file of a run, which is chosen once the file is known: its size, its hash. What is
    /// behind its end is left out. No more than the part is read, however large the file is.
    ///
    /// ```
    /// # use traceable_viewer::{Store, StoreError};
    /// # fn last_kilobyte(store: &Store, run: uuid::Uuid) -> Result<(), StoreError> {
    /// let tail = store.attachment_range(run, "log", |file| file.len.saturating_sub(1024)..file.len)?;
    /// if let Some((file, bytes)) = tail {
    ///     println!("{} of {} bytes", bytes.len(), file.len);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn attachment_range(
        &self,
        run_id: Uuid,
        name: &str,
        choose: impl FnOnce(&AttachmentInfo) -> Range<u64>,
    ) -> Result<Option<(AttachmentInfo, Vec<u8>)>, StoreError> {
        self.with(|conn| attachments::load_range(conn, run_id, name, choose))
    }

    /// The feedback on a run, oldest first.
    pub fn feedback(&self, run_id: Uuid) -> Result<Vec<StoredFeedback>, StoreError> {
        self.with(|conn| Ok(feedback::list(conn, run_id)?))
    }

    fn runs(&self, sql: &str, id: Uuid) -> Result<Vec<StoredRun>, StoreError> {
        self.with(|conn| {
            let mut runs = Vec::new();
            // files are asked for run by run, so both reads have to see the same state of the database
            let tx = conn.unchecked_transaction()?;
            let mut statement = tx.prepare_cached(sql)?;
            let mut rows = statement.query([id])?;
            while let Some(row) = rows.next()? {
                let mut run = stored_run(row)?;
                run.attachments = attachments::list(&tx, row.get(20)?)?;
                runs.push(run);
            }
            Ok(runs)
        })
    }

    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => connection::open_reader(&self.path)?,
        };
        reader.time_limit.start(self.time_limit);
        let result = time_limit::explain(read(&reader.conn), self.time_limit);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && !reader.frozen {
            idle.push(reader);
        }
        result
    }
}

/// Runs by their ids, in that order, with or without their long texts. Ends after the run with which they have so many
/// bytes, and takes the ids that it has looked up away; runs that are deleted are left out.
pub(crate) fn load_runs(
    conn: &Connection,
    ids: &mut VecDeque<Uuid>,
    payloads: bool,
    max_bytes: usize,
) -> Result<Vec<StoredRun>, StoreError> {
    let sql = if payloads { RUN } else { LISTED_RUN };
    let mut statement = conn.prepare_cached(&format!("{sql} WHERE run.id = ?1"))?;
    let (mut runs, mut bytes) = (Vec::new(), 0_usize);
    while bytes < max_bytes
        && let Some(id) = ids.pop_front()
    {
        let mut found = statement.query([id])?;
        if let Some(row) = found.next()? {
            let mut run = stored_run(row)?;
            run.attachments = attachments::list(conn, row.get(20)?)?;
            bytes = bytes.saturating_add(memory(&run));
            runs.push(run);
        }
    }
    Ok(runs)
}

/// About how many bytes a run takes in memory.
fn memory(run: &StoredRun) -> usize {
    let texts = [&run.inputs, &run.outputs, &run.extra, &run.events, &run.error, &run.serialized];
    size_of::<StoredRun>() + texts.into_iter().flatten().map(String::len).sum::<usize>()
}

fn status(code: i64) -> RunStatus {
    match code {
        run_row::SUCCESS => RunStatus::Success,
        run_row::ERROR => RunStatus::Error,
        _ => RunStatus::Pending,
    }
}

fn trace_summary(row: &Row<'_>) -> rusqlite::Result<TraceSummary> {
    Ok(TraceSummary {
        trace_id: row.get(0)?,
        name: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
        project: row.get(2)?,
        start_us: row.get(3)?,
        end_us: row.get(4)?,
        status: status(row.get(5)?),
        runs: row.get(6)?,
        errors: row.get(7)?,
        usage: usage(row, 8)?,
        first_token_us: row.get(14)?,
    })
}

/// Three columns of tokens and three of costs.
fn usage(row: &Row<'_>, first: usize) -> rusqlite::Result<Usage> {
    Ok(Usage {
        prompt_tokens: row.get(first)?,
        completion_tokens: row.get(first + 1)?,
        total_tokens: row.get(first + 2)?,
        prompt_cost: row.get(first + 3)?,
        completion_cost: row.get(first + 4)?,
        total_cost: row.get(first + 5)?,
    })
}

fn stored_run(row: &Row<'_>) -> Result<StoredRun, StoreError> {
    let text = |column: usize| -> Result<Option<String>, StoreError> {
        let bytes = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
        Ok(bytes.map(EncodedText::decode).transpose()?)
    };
    let tags: Option<String> = row.get(10)?;
    let tags = tags.map(|tags| serde_json::from_str(&tags)).transpose();
    Ok(StoredRun {
        id: row.get(0)?,
        trace_id: row.get(1)?,
        parent_id: row.get(2)?,
        project: row.get(3)?,
        name: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
        run_type: row.get::<_, Option<String>>(5)?.unwrap_or_else(|| "chain".to_owned()),
        status: status(row.get(6)?),
        start_us: row.get(7)?,
        end_us: row.get(8)?,
        dotted_order: row.get(9)?,
        tags: tags.map_err(|error| StoreError::Damaged(format!("tags: {error}")))?.unwrap_or_default(),
        reference_example_id: row.get(11)?,
        received_us: row.get(12)?,
        seq: row.get(13)?,
        inputs: text(14)?,
        outputs: text(15)?,
        extra: text(16)?,
        events: text(17)?,
        error: text(18)?,
        serialized: text(19)?,
        project_id: row.get(21)?,
        thread_id: row.get(22)?,
        model: row.get(23)?,
        usage: usage(row, 24)?,
        first_token_us: row.get(30)?,
        inputs_preview: row.get(31)?,
        outputs_preview: row.get(32)?,
        share_token: row.get(33)?,
        attachments: Vec::new(),
    })
}
