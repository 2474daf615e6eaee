//! Threads (conversations): the traces whose roots name the same one.

use rusqlite::{Connection, Row, params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::stored_run::Usage;
use crate::query::conditions::{Conditions, blob};
use crate::query::feedback_stats::{self, FeedbackStats};
use crate::query::stats::add_usage;
use crate::query::{QueryError, RunQuery, cursor, percentiles::Percentiles};
use crate::store::Store;

/// Which threads are asked for: those of the roots that a query selects, last active first.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ThreadQuery {
    /// Conditions of the roots. Its order, limit, offset and cursor do not count: they are about runs.
    pub runs: RunQuery,
    /// How many threads at most; `None`: 20.
    pub limit: Option<usize>,
    /// How many threads are skipped.
    pub offset: usize,
    /// Where the page before ended: its [`ThreadPage::next`].
    pub cursor: Option<String>,
}

/// Some of the threads that were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ThreadPage {
    /// The threads, last active first.
    pub threads: Vec<ThreadSummary>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

/// One thread. Its turns are the traces whose roots name it; times are in microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ThreadSummary {
    /// Its id, as the program that made it named it.
    pub thread_id: String,
    /// How many traces it has.
    pub turns: u64,
    /// The trace that was started first.
    pub first_trace_id: Uuid,
    /// The trace that was started last.
    pub last_trace_id: Uuid,
    /// The start of the first trace.
    pub first_start_us: Option<i64>,
    /// The start of the last trace.
    pub last_start_us: Option<i64>,
    /// The last end of a root.
    pub last_end_us: Option<i64>,
    /// The inputs of the first trace, shortened.
    pub first_inputs: Option<String>,
    /// The outputs of the last trace, shortened.
    pub last_outputs: Option<String>,
    /// The last trace with an error.
    pub last_error_trace_id: Option<Uuid>,
    /// How many traces have an error at their root.
    pub errors: u64,
    /// Half of the traces took no longer, in microseconds.
    pub latency_p50_us: Option<i64>,
    /// 99 of 100 traces took no longer, in microseconds.
    pub latency_p99_us: Option<i64>,
    /// Tokens and costs of all runs of its traces.
    pub usage: Usage,
    /// Feedback on its roots, one entry for each key.
    pub feedback: Vec<FeedbackStats>,
}

/// How many threads a page has when nobody says.
const DEFAULT_LIMIT: usize = 20;

impl Store {
    /// One page of threads.
    pub fn threads(&self, query: &ThreadQuery) -> Result<ThreadPage, QueryError> {
        let conditions = of_roots(&query.runs)?;
        let after = query.cursor.as_deref().map(cursor::decode::<String>).transpose()?;
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        Ok(self.with(|conn| {
            // a page and its threads have to be of the same state of the database
            let tx = conn.unchecked_transaction()?;
            let mut found = page(&tx, &conditions, after, limit.saturating_add(1), query.offset)?;
            let next = match found.len() > limit {
                true => {
                    found.truncate(limit);
                    found.last().map(|(last, id)| cursor::encode(*last, id))
                }
                false => None,
            };
            let threads = found.into_iter().map(|(_, id)| summary(&tx, &conditions, id));
            Ok(ThreadPage { threads: threads.collect::<Result<_, _>>()?, next })
        })?)
    }

    /// One thread, of the roots that a query selects; `None` when none of them names it.
    pub fn thread(&self, query: &RunQuery, thread_id: &str) -> Result<Option<ThreadSummary>, QueryError> {
        let conditions = of_roots(query)?;
        Ok(self.with(|conn| {
            let tx = conn.unchecked_transaction()?;
            let thread = summary(&tx, &conditions, thread_id.to_owned())?;
            Ok((thread.turns > 0).then_some(thread))
        })?)
    }

    /// The error of a thread's last trace that has one.
    pub fn last_error(&self, thread: &ThreadSummary) -> Result<Option<String>, QueryError> {
        let Some(trace_id) = thread.last_error_trace_id else { return Ok(None) };
        Ok(self.run(trace_id)?.and_then(|root| root.error))
    }

    /// How many threads the roots name that a query selects.
    pub fn count_threads(&self, query: &RunQuery) -> Result<u64, QueryError> {
        let conditions = of_roots(query)?;
        Ok(self.with(|conn| {
            let sql = format!("SELECT count(DISTINCT thread_id) FROM run WHERE {}", conditions.sql());
            let mut statement = conn.prepare_cached(&sql)?;
            Ok(statement.query_row(params_from_iter(&conditions.values), |row| row.get(0))?)
        })?)
    }
}

pub(crate) fn of_roots(query: &RunQuery) -> Result<Conditions, QueryError> {
    let mut conditions = Conditions::of(query)?;
    conditions.and("run.parent_id IS NULL AND run.thread_id IS NOT NULL");
    Ok(conditions)
}

/// The last start and the id of each thread of a page.
fn page(
    conn: &Connection,
    conditions: &Conditions,
    after: Option<(i64, String)>,
    limit: usize,
    offset: usize,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut sql = format!(
        "SELECT coalesce(max(start_us), 0) AS last, thread_id FROM run WHERE {} GROUP BY thread_id",
        conditions.sql()
    );
    let mut values = conditions.values.clone();
    if let Some((last, id)) = after {
        sql += " HAVING (last, thread_id) < (?, ?)";
        values.extend([Value::Integer(last), Value::Text(id)]);
    }
    sql += " ORDER BY last DESC, thread_id DESC LIMIT ? OFFSET ?";
    values.extend([limit, offset].map(|number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))));
    conn.prepare_cached(&sql)?
        .query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// What its turns have together; they are read one by one.
fn summary(conn: &Connection, conditions: &Conditions, thread_id: String) -> rusqlite::Result<ThreadSummary> {
    let mut conditions = conditions.clone();
    conditions.add("run.thread_id = ?", Value::Text(thread_id.clone()));
    let sql = format!(
        "SELECT run.trace_id, run.start_us, run.end_us, latency_us, status, trace.prompt_tokens, \
         trace.completion_tokens, trace.total_tokens, trace.prompt_cost, trace.completion_cost, trace.total_cost \
         FROM run LEFT JOIN trace USING(trace_id) WHERE {} ORDER BY run.start_us, run.id",
        conditions.sql()
    );
    let mut thread = ThreadSummary { thread_id, ..ThreadSummary::default() };
    let mut latencies = Percentiles::default();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    while let Some(row) = rows.next()? {
        add_turn(&mut thread, &mut latencies, row)?;
    }
    (thread.latency_p50_us, thread.latency_p99_us) = (latencies.at(50.0), latencies.at(99.0));
    if thread.turns > 0 {
        let preview = |column: &str, id: Uuid| -> rusqlite::Result<Option<String>> {
            let sql = format!("SELECT {column} FROM run WHERE trace_id = ?1 AND parent_id IS NULL");
            conn.prepare_cached(&sql)?.query_row([blob(id)], |row| row.get(0))
        };
        thread.first_inputs = preview("inputs_preview", thread.first_trace_id)?;
        thread.last_outputs = preview("outputs_preview", thread.last_trace_id)?;
    }
    thread.feedback = feedback_stats::of_runs(conn, &conditions)?;
    Ok(thread)
}

fn add_turn(thread: &mut ThreadSummary, latencies: &mut Percentiles, row: &Row<'_>) -> rusqlite::Result<()> {
    let trace_id = row.get(0)?;
    let start = row.get(1)?;
    if thread.turns == 0 {
        (thread.first_trace_id, thread.first_start_us) = (trace_id, start);
    }
    thread.turns += 1;
    (thread.last_trace_id, thread.last_start_us) = (trace_id, start);
    thread.last_end_us = thread.last_end_us.max(row.get(2)?);
    if let Some(latency) = row.get(3)? {
        latencies.add(latency);
    }
    if row.get::<_, i64>(4)? == 2 {
        thread.errors += 1;
        thread.last_error_trace_id = Some(trace_id);
    }
    add_usage(&mut thread.usage, row, 5)
}
