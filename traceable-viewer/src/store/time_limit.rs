//! Ends reads that take too long, wherever in their SQL they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::store::StoreError;

/// Steps of SQLite's machine between two looks at the clock: far less than a millisecond of work.
const STEPS: i32 = 20_000;

/// The moment at which the reads of one connection are ended, if there is one.
#[derive(Debug)]
pub(super) struct TimeLimit {
    opened: Instant,
    /// Milliseconds after `opened`.
    ends: Arc<AtomicU64>,
}

const NEVER: u64 = u64::MAX;

impl TimeLimit {
    /// From now on this connection looks at the clock.
    pub(super) fn of(conn: &mut Connection) -> rusqlite::Result<Self> {
        let limit = TimeLimit { opened: Instant::now(), ends: Arc::new(AtomicU64::new(NEVER)) };
        let (opened, ends) = (limit.opened, limit.ends.clone());
        let is_over = move || {
            let ends = ends.load(Relaxed);
            ends != NEVER && millis(opened.elapsed()) >= ends
        };
        conn.progress_handler(STEPS, Some(is_over))?;
        Ok(limit)
    }

    /// The next read ends after this time at the latest; `None`: it may take as long as it takes.
    pub(super) fn start(&self, limit: Option<Duration>) {
        let ends = limit.map_or(NEVER, |limit| millis(self.opened.elapsed().saturating_add(limit)));
        self.ends.store(ends, Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER - 1)
}

/// What was ended here is told from other errors of SQLite.
pub(super) fn explain<T>(result: Result<T, StoreError>, limit: Option<Duration>) -> Result<T, StoreError> {
    match (result, limit) {
        (Err(StoreError::Sqlite(error)), Some(limit))
            if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) =>
        {
            Err(StoreError::TooSlow(limit))
        }
        (result, _) => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, Writer, WriterSettings};

    const FOR_EVER: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    #[test]
    fn a_read_without_end_is_ended_and_the_next_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("slow.db");
        let (_writer, _handle) = Writer::start(&path, WriterSettings::default(), &mut |_, _| {}).unwrap();
        let limit = Duration::from_millis(50);
        let store = Store::open(&path).unwrap().with_time_limit(limit);
        let ask = |sql| store.with(|conn| Ok(conn.query_row(sql, (), |row| row.get::<_, i64>(0))?));
        for _ in 0..3 {
            assert!(matches!(ask(FOR_EVER), Err(StoreError::TooSlow(told)) if told == limit));
            assert_eq!(store.traces(1).unwrap().len(), 0);
        }
        let text = ask(FOR_EVER).unwrap_err().to_string();
        assert!(text.starts_with("the answer takes longer than 0.05 s: "), "{text}");
    }
}
