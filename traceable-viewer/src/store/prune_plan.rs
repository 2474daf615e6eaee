//! What pruning would delete, without deleting it.

use std::collections::{HashMap, hash_map::Entry};
use std::path::Path;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::store::{StoreError, connection, file_space::FileSpace, retention::Retention};

/// What [`prune`](crate::prune) would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrunePlan {
    /// Runs that would be deleted.
    pub runs: u64,
    /// Traces that would be deleted.
    pub traces: u64,
    /// About how many bytes of the file they take. What several traces share, such as the same file, counts for each.
    pub bytes: u64,
    /// The size of the database file, in bytes.
    pub file_bytes: u64,
}

/// Tells what [`prune`](crate::prune) would delete from a database, and changes nothing.
///
/// By age it is exact at this moment. By size it is near: how much room a trace takes is known only once it is gone.
///
/// ```
/// use traceable_viewer::{Retention, plan_prune};
///
/// # fn main() -> Result<(), traceable_viewer::StoreError> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("traceable.db");
/// # drop(traceable_viewer::Viewer::builder().db(&path).port(0).start());
/// let plan = plan_prune(&path, &Retention::unlimited().max_bytes(100 << 20))?;
/// println!("{} traces would go", plan.traces);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// There is no such file, it is not one of this version, or it cannot be read.
pub fn plan_prune(path: impl AsRef<Path>, retention: &Retention) -> Result<PrunePlan, StoreError> {
    let reader = connection::open_reader(path.as_ref())?;
    // all reads have to see the same state of the database
    let tx = reader.conn.unchecked_transaction()?;
    let space = FileSpace::read(&tx)?;
    let mut plan = PrunePlan { file_bytes: space.file_bytes(), ..PrunePlan::default() };
    let all = Weight::of_all(&tx)?;
    let row_bytes = space.row_bytes(&tx)?;
    if retention.is_nothing() {
        plan.runs = all.runs;
        plan.traces = tx.query_row("SELECT count(*) FROM trace", (), |row| row.get(0))?;
        plan.bytes = row_bytes;
        return Ok(plan);
    }
    let goal = retention.goal(space);
    // what was decided about a trace holds for all its runs
    let mut decided = HashMap::new();
    let mut statement = tx.prepare("SELECT trace_id, received_us FROM run ORDER BY rid")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (trace_id, received_us) = (row.get(0)?, row.get(1)?);
        let over = goal.is_some_and(|goal| space.used_bytes().saturating_sub(plan.bytes) > goal);
        let Entry::Vacant(entry) = decided.entry(trace_id) else { continue };
        if retention.is_end(received_us, over) {
            break;
        }
        if *entry.insert(retention.deletes(&tx, trace_id, over)?) {
            let weight = Weight::of_trace(&tx, trace_id)?;
            plan.traces += 1;
            plan.runs += weight.runs;
            plan.bytes += weight.share_of(row_bytes, all);
        }
    }
    Ok(plan)
}

/// How many runs there are, and how many bytes their texts and files have, with something for their rows and indexes.
#[derive(Clone, Copy, Debug)]
struct Weight {
    runs: u64,
    bytes: u64,
}

/// The lengths alone are read, not the texts.
const WEIGHT: &str = "SELECT count(*), coalesce(sum(1000 + coalesce(length(inputs), 0) + coalesce(length(outputs), 0) \
    + coalesce(length(extra), 0) + coalesce(length(events), 0) + coalesce(length(error), 0) \
    + coalesce(length(serialized), 0) \
    + coalesce((SELECT sum(len) FROM attachment WHERE attachment.rid = run.rid), 0)), 0) \
    FROM run LEFT JOIN payload USING(rid)";

impl Weight {
    fn of_all(conn: &Connection) -> rusqlite::Result<Self> {
        conn.query_row(WEIGHT, (), Self::read)
    }

    fn of_trace(conn: &Connection, trace_id: Uuid) -> rusqlite::Result<Self> {
        conn.prepare_cached(&format!("{WEIGHT} WHERE trace_id = ?1"))?.query_row([trace_id], Self::read)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Weight { runs: row.get(0)?, bytes: row.get(1)? })
    }

    /// Its part of some bytes that all take together.
    fn share_of(self, bytes: u64, all: Weight) -> u64 {
        let share = u128::from(bytes) * u128::from(self.bytes) / u128::from(all.bytes.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}
