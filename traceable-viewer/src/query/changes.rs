//! What is new since a reader last looked.

use uuid::Uuid;

use crate::store::{Store, StoreError};

impl Store {
    /// The highest [`seq`](crate::StoredRun::seq) of any run: what is stored later has a higher one. 0 in an empty
    /// database.
    pub fn last_seq(&self) -> Result<i64, StoreError> {
        self.with(|conn| Ok(conn.query_row("SELECT coalesce(max(seq), 0) FROM run", (), |row| row.get(0))?))
    }

    /// The traces of which a run was stored or changed after `seq`, the one that changed last at the end.
    pub fn traces_changed_since(&self, seq: i64) -> Result<Vec<Uuid>, StoreError> {
        let sql = "SELECT trace_id FROM run WHERE seq > ?1 GROUP BY trace_id ORDER BY max(seq)";
        self.with(|conn| {
            conn.prepare_cached(sql)?.query_map([seq], |row| row.get(0))?.map(|id| Ok(id?)).collect()
        })
    }

    /// Of the last `limit` runs that were stored or changed after `seq`: the highest `seq`, their traces with the one that
    /// changed last at the end, and whether there are more such runs.
    pub(crate) fn runs_changed_last(
        &self,
        seq: i64,
        limit: usize,
    ) -> Result<(i64, Vec<Uuid>, bool), StoreError> {
        let sql = "SELECT trace_id, seq FROM run WHERE seq > ?1 ORDER BY seq DESC LIMIT ?2";
        self.with(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query((seq, i64::try_from(limit).unwrap_or(i64::MAX)))?;
            let (mut last, mut count, mut traces) = (seq, 0, Vec::new());
            let mut known = std::collections::HashSet::new();
            while let Some(row) = rows.next()? {
                let trace_id: Uuid = row.get(0)?;
                last = last.max(row.get(1)?);
                count += 1;
                if known.insert(trace_id) {
                    traces.push(trace_id);
                }
            }
            traces.reverse();
            Ok((last, traces, count == limit))
        })
    }

    /// The runs that were stored or changed after `seq`, each with its own `seq`, the one that changed last at the end; at
    /// most `limit`.
    pub fn runs_changed_since(&self, seq: i64, limit: usize) -> Result<Vec<(Uuid, i64)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT id, seq FROM run WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        self.with(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map((seq, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.map(|row| Ok(row?)).collect()
        })
    }
}
