//! The traces of one thread, in the order of the conversation.

use rusqlite::{params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::stored_run::StoredRun;
use crate::query::{QueryError, RunQuery, TraceTotals, conditions::blob, cursor, threads::of_roots};
use crate::store::Store;

/// One trace of a thread.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThreadTurn {
    /// Which one it is, from 1.
    pub number: u64,
    /// Its root.
    pub root: StoredRun,
    /// What its runs have together.
    pub totals: TraceTotals,
}

/// Some of the traces of a thread.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TurnPage {
    /// The traces, first turn first.
    pub turns: Vec<ThreadTurn>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl Store {
    /// One page of a thread's traces, first turn first, of the roots that a query selects.
    pub fn thread_turns(
        &self,
        query: &RunQuery,
        thread_id: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<TurnPage, QueryError> {
        let mut conditions = of_roots(query)?;
        conditions.add("run.thread_id = ?", Value::Text(thread_id.to_owned()));
        let mut before = 0_u64;
        if let Some(cursor) = cursor {
            let (start, (id, number)) = cursor::decode::<(Uuid, u64)>(cursor)?;
            conditions.add("(coalesce(run.start_us, 0), run.id) > (?", Value::Integer(start));
            conditions.push(", ?)", blob(id));
            before = number;
        }
        let sql = format!(
            "SELECT coalesce(start_us, 0), run.id FROM run WHERE {} ORDER BY start_us, run.id LIMIT ?",
            conditions.sql()
        );
        let mut values = conditions.values;
        values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)));
        let mut found: Vec<(i64, Uuid)> = self.with(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.map(|row| Ok(row?)).collect()
        })?;
        let more = found.len() > limit;
        found.truncate(limit);
        let roots: Vec<StoredRun> =
            found.iter().filter_map(|(_, id)| self.run(*id).transpose()).collect::<Result<_, _>>()?;
        let trace_ids: Vec<Uuid> = roots.iter().map(|root| root.trace_id).collect();
        let totals = self.trace_totals(&trace_ids)?;
        let turn = |(number, root): (u64, StoredRun)| {
            let totals = totals.get(&root.trace_id).copied().unwrap_or_default();
            ThreadTurn { number, root, totals }
        };
        let turns: Vec<_> = (before.saturating_add(1)..).zip(roots).map(turn).collect();
        let number = before.saturating_add(turns.len() as u64);
        let next = found.last().filter(|_| more).map(|(start, id)| cursor::encode(*start, &(id, number)));
        Ok(TurnPage { turns, next })
    }
}
