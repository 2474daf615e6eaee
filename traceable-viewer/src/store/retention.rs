//! Which traces are kept, and which go: the oldest first, whole, some runs at a time.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use uuid::Uuid;

use crate::model::time;
use crate::store::{StoreError, deletion, feedback, file_space::FileSpace, trace_totals};

/// How many runs a transaction deletes at most: those that store runs wait for it.
const RUNS_AT_ONCE: u64 = 500;

/// How long a transaction deletes at most; a run with large files takes a while alone.
const TIME_AT_ONCE: Duration = Duration::from_millis(50);

/// How many runs of traces that stay a transaction passes.
const PASSED_AT_ONCE: usize = 5000;

/// A trace with a pending run counts as open for so long after its last message was received; after that its program has
/// most likely died.
const OPEN: Duration = Duration::from_secs(60 * 60);

/// Feedback may come before its run: for so long it is kept, whatever the size of the database.
const FEEDBACK_WAITS: Duration = Duration::from_secs(60);

/// How large the database may become, and how old its traces.
///
/// Whole traces are deleted, in the order in which they were first received; before them goes feedback whose run is not
/// there, if it is too old, or if the database is too large and it came more than a minute ago. A trace that is still open, for one of its
/// runs is pending and something about it was received within the last hour, stays. Clocks of clients do not matter: the
/// age of a trace is the time since the last post or patch of one of its runs was received.
///
/// ```
/// use std::time::Duration;
/// use traceable_viewer::{Retention, Viewer};
///
/// let week = Retention::unlimited().max_bytes(500 << 20).max_age(Duration::from_secs(7 * 24 * 60 * 60));
/// let viewer = Viewer::builder().retention(week);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    max_bytes: Option<u64>,
    max_age: Option<Duration>,
    nothing: bool,
}

impl Default for Retention {
    /// At most 2 GiB, of any age.
    fn default() -> Self {
        Retention::unlimited().max_bytes(2 << 30)
    }
}

impl Retention {
    /// Everything is kept.
    #[must_use]
    pub fn unlimited() -> Self {
        Retention { max_bytes: None, max_age: None, nothing: false }
    }

    /// Nothing is kept, not even what is open, and no project: for [`prune`](crate::prune).
    #[must_use]
    pub fn nothing() -> Self {
        Retention { max_bytes: Some(0), max_age: None, nothing: true }
    }

    /// The size of the database file, in bytes, above which the oldest traces are deleted. They are deleted down to 95 %
    /// of it, so that this is not after each request.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// How long a trace is kept after the last post or patch of one of its runs was received.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    pub(crate) fn byte_bound(&self) -> Option<u64> {
        self.max_bytes
    }

    /// Whether all of it is to go.
    pub(crate) fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// Whether there is anything to do.
    pub(crate) fn is_due(&self, conn: &Connection) -> Result<bool, StoreError> {
        let space = FileSpace::read(conn)?;
        if self.max_bytes.is_some_and(|max| space.used_bytes() > max) || space.is_wasteful(self.max_bytes) {
            return Ok(true);
        }
        let Some(cutoff) = self.cutoff() else { return Ok(false) };
        // the first row is the one that was received first
        let sql = "SELECT received_us < ?1 FROM run ORDER BY rid LIMIT 1";
        Ok(conn
            .prepare_cached(sql)?
            .query_map([cutoff], |row| row.get(0))?
            .next()
            .transpose()?
            .unwrap_or(false))
    }

    /// The size down to which traces are deleted, if more than the bound is in use.
    pub(crate) fn goal(&self, space: FileSpace) -> Option<u64> {
        let max = self.max_bytes.filter(|max| space.used_bytes() > *max)?;
        Some(max - max / 20)
    }

    /// Whether a trace of which a run was received then may stay, and so all that were received later. `over`: too much is
    /// in use.
    pub(crate) fn is_end(&self, received_us: i64, over: bool) -> bool {
        !over && self.cutoff().is_none_or(|cutoff| received_us >= cutoff)
    }

    /// Whether a trace before the end goes: it is not open.
    pub(crate) fn deletes(&self, conn: &Connection, trace_id: Uuid, over: bool) -> rusqlite::Result<bool> {
        let sql = "SELECT max(changed_us), max(status = 0) FROM run WHERE trace_id = ?1";
        let (last, pending): (i64, bool) =
            conn.prepare_cached(sql)?.query_row([trace_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let open = pending && last >= before_now(OPEN);
        Ok(!open && (over || self.cutoff().is_some_and(|cutoff| last < cutoff)))
    }

    /// Feedback from before then goes, if its run is not there; microseconds since 1970.
    fn feedback_cutoff(&self, over: bool) -> Option<i64> {
        self.cutoff().max(over.then(|| before_now(FEEDBACK_WAITS)))
    }

    /// Traces that received nothing since then are too old; microseconds since 1970.
    fn cutoff(&self) -> Option<i64> {
        self.max_age.map(before_now)
    }
}

/// One pass over the traces, from the oldest on. Made for one pass: it takes note of the bound on bytes when it begins.
#[derive(Debug)]
pub(crate) struct Pass {
    retention: Retention,
    /// The last row that was looked at.
    after: i64,
    stay: HashSet<Uuid>,
    /// Some of its runs are gone, so the others go as well.
    half: Option<Uuid>,
    /// How many bytes may stay in use, if there were too many.
    goal: Option<u64>,
    /// The last piece of feedback that was looked at; `None` when all were.
    feedback_after: Option<i64>,
}

/// What one transaction of a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) runs: u64,
    pub(crate) traces: u64,
    /// There is nothing left that has to go.
    pub(crate) done: bool,
}

/// Why a trace goes or stays.
enum Fate {
    Goes,
    Stays,
    /// So do all that were received later.
    End,
}

impl Pass {
    pub(crate) fn new(retention: &Retention, conn: &Connection) -> Result<Self, StoreError> {
        let goal = retention.goal(FileSpace::read(conn)?);
        let (after, feedback_after) = (i64::MIN, Some(i64::MIN));
        Ok(Pass {
            retention: retention.clone(),
            after,
            stay: HashSet::new(),
            half: None,
            goal,
            feedback_after,
        })
    }

    /// Deletes what comes next, inside a transaction.
    pub(crate) fn delete_some(&mut self, tx: &Connection) -> Result<Slice, StoreError> {
        let (began, mut slice, mut passed) = (Instant::now(), Slice::default(), 0);
        // before traces: if it is what takes the room, they need not go
        if let (Some(after), Some(cutoff)) =
            (self.feedback_after, self.retention.feedback_cutoff(self.goal.is_some()))
        {
            self.feedback_after = feedback::delete_some_without_run(tx, after, cutoff)?;
            return Ok(slice);
        }
        while slice.runs < RUNS_AT_ONCE && passed < PASSED_AT_ONCE && began.elapsed() < TIME_AT_ONCE {
            if let Some(half) = self.half.take() {
                self.delete_trace(tx, half, began, &mut slice)?;
                continue;
            }
            let next = next(tx, self.after)?;
            let fate = match next {
                Some((_, trace_id, received_us)) => self.fate(tx, trace_id, received_us)?,
                None => Fate::End,
            };
            match (fate, next) {
                (Fate::Goes, Some((_, trace_id, _))) => self.delete_trace(tx, trace_id, began, &mut slice)?,
                (Fate::Stays, Some((rid, trace_id, _))) => {
                    self.stay.insert(trace_id);
                    self.after = rid;
                    passed += 1;
                }
                _ => {
                    slice.done = true;
                    break;
                }
            }
        }
        Ok(slice)
    }

    /// Deletes runs of a trace: the deepest first, so that what is left for the next transaction has no orphans.
    fn delete_trace(
        &mut self,
        tx: &Connection,
        trace_id: Uuid,
        began: Instant,
        slice: &mut Slice,
    ) -> Result<(), StoreError> {
        let sql = "SELECT rid FROM run WHERE trace_id = ?1 ORDER BY dotted_order DESC LIMIT ?2";
        let room = RUNS_AT_ONCE.saturating_sub(slice.runs);
        let rids = tx
            .prepare_cached(sql)?
            .query_map((trace_id, room), |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        for rid in rids {
            deletion::delete_run(tx, rid)?;
            slice.runs += 1;
            if began.elapsed() >= TIME_AT_ONCE {
                break;
            }
        }
        match deletion::forget_empty_trace(tx, trace_id)? {
            true => slice.traces += 1,
            false => {
                // should this be the last that is deleted, for the program ends, the totals are right
                trace_totals::recount(tx, trace_id)?;
                self.half = Some(trace_id);
            }
        }
        Ok(())
    }

    fn fate(&self, conn: &Connection, trace_id: Uuid, received_us: i64) -> Result<Fate, StoreError> {
        let over = match self.goal {
            Some(goal) => FileSpace::read(conn)?.used_bytes() > goal,
            None => false,
        };
        if self.retention.is_end(received_us, over) {
            return Ok(Fate::End);
        }
        if self.stay.contains(&trace_id) {
            return Ok(Fate::Stays);
        }
        Ok(if self.retention.deletes(conn, trace_id, over)? { Fate::Goes } else { Fate::Stays })
    }
}

/// The first row behind another one.
fn next(conn: &Connection, after: i64) -> rusqlite::Result<Option<(i64, Uuid, i64)>> {
    let sql = "SELECT rid, trace_id, received_us FROM run WHERE rid > ?1 ORDER BY rid LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    conn.prepare_cached(sql)?.query_map([after], read)?.next().transpose()
}

fn before_now(age: Duration) -> i64 {
    time::now_us().saturating_sub(i64::try_from(age.as_micros()).unwrap_or(i64::MAX))
}
