//! Pages of runs in other orders than that of their starts.
//!
//! No index has these orders: a page looks at all runs that match, keeps as many as it has, and is cut off when that
//! takes long.

use std::collections::VecDeque;
use std::time::Duration;

use rusqlite::{Connection, params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::stored_run::StoredRun;
use crate::query::conditions::{Conditions, blob};
use crate::query::{Order, QueryError, RunQuery, cursor};
use crate::store::{Store, load_runs};

/// After this time a search in an order without an index is given up.
const MAX_TIME: Duration = Duration::from_secs(8);

/// What runs are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SortKey {
    #[default]
    Start,
    Latency,
    Tokens,
    Cost,
    Name,
}

/// An order of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) key: SortKey,
    pub(crate) descending: bool,
    /// Whether tokens and costs are those of the whole trace.
    pub(crate) of_traces: bool,
}

/// Some of the runs that were asked for.
#[derive(Debug, Default)]
pub(crate) struct SortedPage {
    pub(crate) runs: Vec<StoredRun>,
    /// The cursor of the next page; `None` on the last.
    pub(crate) next: Option<String>,
}

/// The value by which a run is sorted, as a cursor holds it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Key {
    None,
    Integer(i64),
    /// The bits of a number, for its decimals are rounded.
    Real(u64),
    Text(String),
}

impl Store {
    /// One page of the runs that a query selects, sorted. Its own order does not count.
    pub(crate) fn sorted(&self, query: &RunQuery, sort: Sort) -> Result<SortedPage, QueryError> {
        if sort.key == SortKey::Start {
            let order = if sort.descending { Order::NewestFirst } else { Order::OldestFirst };
            let page = self.query(&RunQuery { order, ..query.clone() })?;
            return Ok(SortedPage { runs: page.runs, next: page.next });
        }
        let conditions = Conditions::of(query)?;
        let after = query.cursor.as_deref().map(|cursor| read_cursor(cursor, sort)).transpose()?;
        let limit = query.limit.unwrap_or(50).clamp(1, 1000);
        let page = self.clone().with_time_limit(MAX_TIME).with(|conn| {
            // the rows and the runs have to be of the same state of the database
            let tx = conn.unchecked_transaction()?;
            let mut found = find(&tx, &conditions, sort, after, limit + 1)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|(key, id)| write_cursor(key, *id, sort));
            let mut ids: VecDeque<Uuid> = found.into_iter().map(|(_, id)| id).collect();
            let runs = load_runs(&tx, &mut ids, query.payloads, usize::MAX)?;
            Ok(SortedPage { runs, next })
        })?;
        Ok(page)
    }
}

fn find(
    conn: &Connection,
    conditions: &Conditions,
    sort: Sort,
    after: Option<(Key, Uuid)>,
    limit: usize,
) -> rusqlite::Result<Vec<(Key, Uuid)>> {
    let (from, key) = match (sort.key, sort.of_traces) {
        (SortKey::Tokens, true) => (TRACES, "trace.total_tokens"),
        (SortKey::Cost, true) => (TRACES, "trace.total_cost"),
        (SortKey::Tokens, false) => ("run", "run.total_tokens"),
        (SortKey::Cost, false) => ("run", "run.total_cost"),
        (SortKey::Name, _) => ("run", "coalesce(run.name, '')"),
        (SortKey::Latency | SortKey::Start, _) => ("run", "run.latency_us"),
    };
    let (way, compare) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
    let mut sql = format!("SELECT {key} AS key, run.id FROM {from} WHERE {}", conditions.sql());
    let mut values = conditions.values.clone();
    if let Some((key_before, id)) = after {
        let id = blob(id);
        match value(key_before) {
            // those without a value are at the end, in either order
            Value::Null => {
                sql += &format!(" AND {key} IS NULL AND run.id > ?");
                values.push(id);
            }
            before => {
                sql += &format!(" AND ({key} {compare} ? OR ({key} = ? AND run.id > ?) OR {key} IS NULL)");
                values.extend([before.clone(), before, id]);
            }
        }
    }
    sql += &format!(" ORDER BY key IS NULL, key {way}, run.id LIMIT ?");
    values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        let key = match row.get(0)? {
            Value::Integer(number) => Key::Integer(number),
            Value::Real(number) => Key::Real(number.to_bits()),
            Value::Text(text) => Key::Text(text),
            _ => Key::None,
        };
        Ok((key, row.get(1)?))
    })?;
    rows.collect()
}

const TRACES: &str = "run LEFT JOIN trace ON trace.trace_id = run.trace_id";

fn value(key: Key) -> Value {
    match key {
        Key::None => Value::Null,
        Key::Integer(number) => Value::Integer(number),
        Key::Real(bits) => Value::Real(f64::from_bits(bits)),
        Key::Text(text) => Value::Text(text),
    }
}

fn write_cursor(key: &Key, id: Uuid, sort: Sort) -> String {
    cursor::encode(mark(sort), &(key, id))
}

/// A cursor is for one order: in another it would leave out what was not seen.
fn read_cursor(text: &str, sort: Sort) -> Result<(Key, Uuid), QueryError> {
    match cursor::decode::<(Key, Uuid)>(text)? {
        (found, place) if found == mark(sort) => Ok(place),
        _ => Err(QueryError::Cursor),
    }
}

/// A number that tells the order.
fn mark(sort: Sort) -> i64 {
    (sort.key as i64) << 2 | i64::from(sort.descending) << 1 | i64::from(sort.of_traces)
}
