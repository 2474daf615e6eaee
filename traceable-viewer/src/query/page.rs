//! Finds the runs of a page: by the way that has the fewest rows to look at, and not for ever.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use uuid::Uuid;

use crate::model::stored_run::StoredRun;
use crate::query::conditions::{Conditions, blob};
use crate::query::filter::Sql;
use crate::query::{Order, QueryError, RunPage, RunQuery, cursor};
use crate::store::{Store, StoreError, load_runs};

/// How many runs a page has when nobody says.
const DEFAULT_LIMIT: usize = 100;

/// The largest page.
const MAX_LIMIT: usize = 1000;

/// Rows that are fetched and sorted rather than looked for in the order of starts.
const MAX_DRIVEN: i64 = 5000;

/// Rows that are looked at before the clock is; then more.
const FIRST_STRETCH: i64 = 2000;
const MAX_STRETCH: i64 = 32_000;

/// After this time a search ends with what it has.
const MAX_TIME: Duration = Duration::from_secs(2);

/// A place in the order of starts; runs without a start are at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    start_us: Option<i64>,
    id: Uuid,
}

/// The first runs of a page, and the ids of the others.
#[derive(Debug, Default)]
pub(crate) struct PageStart {
    pub(crate) page: RunPage,
    pub(crate) rest: VecDeque<Uuid>,
}

impl Store {
    /// One page of the runs that a query asks for.
    ///
    /// ```
    /// use traceable_viewer::{RunQuery, Viewer};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # let viewer = Viewer::builder().db(dir.path().join("traceable.db")).port(0).start()?;
    /// let mut query = RunQuery::default();
    /// query.filter = Some(r#"and(eq(status, "error"), gt(latency, "5s"))"#.to_owned());
    /// query.limit = Some(10);
    /// for run in viewer.store().query(&query)?.runs {
    ///     println!("{} {}", run.id, run.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The filter or the cursor cannot be read, or the database cannot.
    pub fn query(&self, query: &RunQuery) -> Result<RunPage, QueryError> {
        Ok(self.query_start(query, usize::MAX)?.page)
    }

    /// One page, of which the runs are read until they have so many bytes.
    pub(crate) fn query_start(&self, query: &RunQuery, max_bytes: usize) -> Result<PageStart, QueryError> {
        let (mut search, limit) = Search::of(query)?;
        Ok(self.with(|conn| {
            // the rows and the runs have to be of the same state of the database
            let tx = conn.unchecked_transaction()?;
            search.run(&tx)?;
            let mut next = search.after.filter(|_| search.searched_to_us.is_some());
            if search.found.len() > limit {
                search.found.truncate(limit);
                next = search.found.last().copied();
            }
            let mut rest = search.found.iter().map(|place| place.id).collect();
            let runs = load_runs(&tx, &mut rest, query.payloads, max_bytes)?;
            let next = next.map(|place| write_cursor(place, query.order));
            Ok(PageStart { page: RunPage { runs, next, searched_to_us: search.searched_to_us }, rest })
        })?)
    }

    /// More runs of a page, until they have so many bytes. Their ids are taken away.
    pub(crate) fn query_more(
        &self,
        rest: &mut VecDeque<Uuid>,
        payloads: bool,
        max_bytes: usize,
    ) -> Result<Vec<StoredRun>, QueryError> {
        Ok(self.with(|conn| {
            let tx = conn.unchecked_transaction()?;
            load_runs(&tx, rest, payloads, max_bytes)
        })?)
    }
}

pub(super) struct Search {
    conditions: Conditions,
    order: Order,
    after: Option<Place>,
    skip: usize,
    want: usize,
    found: Vec<Place>,
    /// Set when the time was up.
    searched_to_us: Option<i64>,
}

impl Search {
    /// The search for a page, and how many runs the page has at most.
    pub(super) fn of(query: &RunQuery) -> Result<(Self, usize), QueryError> {
        let conditions = Conditions::of(query)?;
        let after = query.cursor.as_deref().map(|cursor| read_cursor(cursor, query.order)).transpose()?;
        let whole = query.trace_id.is_some() || !query.ids.is_empty();
        let limit = if whole { usize::MAX } else { query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) };
        let search = Search {
            conditions,
            order: query.order,
            after: after.filter(|_| !whole),
            skip: if whole { 0 } else { query.offset },
            want: limit.saturating_add(1),
            found: Vec::new(),
            searched_to_us: None,
        };
        Ok((search, limit))
    }

    fn run(&mut self, conn: &Connection) -> Result<(), StoreError> {
        if let Some(driver) = self.best_driver(conn)? {
            return self.collect(conn, self.driven(&driver));
        }
        if self.after.is_none_or(|after| after.start_us.is_some()) {
            self.by_start(conn)?;
        }
        if self.found.len() < self.want && self.searched_to_us.is_none() {
            self.without_start(conn)?;
        }
        Ok(())
    }

    /// The driver with the fewest rows, if they are few.
    pub(super) fn best_driver(&self, conn: &Connection) -> Result<Option<Sql>, StoreError> {
        let mut best: Option<(i64, &Sql)> = None;
        // the first selects the runs that a trace or a list of ids names, whatever their number
        for driver in self.conditions.drivers() {
            let sql = format!("SELECT count(*) FROM ({} LIMIT {})", driver.text, MAX_DRIVEN + 1);
            let count: i64 =
                conn.prepare_cached(&sql)?.query_row(params_from_iter(&driver.values), |row| row.get(0))?;
            if best.is_none_or(|(least, _)| count < least) {
                best = Some((count, driver));
            }
        }
        let whole = self.want == usize::MAX;
        Ok(best.filter(|(count, _)| whole || *count <= MAX_DRIVEN).map(|(_, driver)| driver.clone()))
    }

    /// All rows of the driver that match, sorted.
    pub(super) fn driven(&self, driver: &Sql) -> Sql {
        let mut sql = Sql::text("WITH hits(rid) AS (");
        sql.append(driver.clone());
        sql.push(
            ") SELECT DISTINCT run.start_us, run.id FROM hits CROSS JOIN run ON run.rid = hits.rid WHERE ",
        );
        sql.append(self.conditions.all());
        match self.after {
            Some(Place { start_us: Some(start), id }) => {
                sql.push(" AND (").append(self.beyond(start, id)).push(" OR run.start_us IS NULL)");
            }
            Some(Place { start_us: None, id }) => {
                sql.push(" AND run.start_us IS NULL AND run.id > ").bind(blob(id));
            }
            None => {}
        }
        let way = self.way();
        sql.push(&format!(" ORDER BY run.start_us IS NULL, run.start_us {way}, CASE WHEN run.start_us IS NULL THEN run.id END, run.id {way}"));
        sql
    }

    /// Runs in the order of the index, in stretches between which the clock is looked at.
    fn by_start(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let began = Instant::now();
        let mut stretch = FIRST_STRETCH;
        loop {
            let end = match self.conditions.has_rest() {
                true => self.end_of_stretch(conn, stretch)?,
                false => None,
            };
            self.collect(conn, self.stretch(end))?;
            let Some(end) = end.filter(|_| self.found.len() < self.want) else { return Ok(()) };
            // what is beyond every id at that start
            let id = if self.order == Order::NewestFirst { Uuid::nil() } else { Uuid::max() };
            self.after = Some(Place { start_us: Some(end), id });
            if began.elapsed() >= MAX_TIME {
                self.searched_to_us = Some(end);
                return Ok(());
            }
            stretch = (stretch * 4).min(MAX_STRETCH);
        }
    }

    /// Rows that match, to the end of a stretch.
    pub(super) fn stretch(&self, end: Option<i64>) -> Sql {
        let mut sql = Sql::text("SELECT run.start_us, run.id FROM run WHERE run.start_us IS NOT NULL AND ");
        sql.append(self.conditions.all());
        if let Some(Place { start_us: Some(start), id }) = self.after {
            sql.push(" AND ").append(self.beyond(start, id));
        }
        if let Some(end) = end {
            let newest_first = self.order == Order::NewestFirst;
            sql.push(if newest_first { " AND run.start_us >= " } else { " AND run.start_us <= " });
            sql.bind(Value::Integer(end));
        }
        let way = self.way();
        sql.push(&format!(" ORDER BY run.start_us {way}, run.id {way}"));
        sql
    }

    /// The start of the run that is so many further; `None` when there are fewer.
    fn end_of_stretch(&self, conn: &Connection, rows: i64) -> Result<Option<i64>, StoreError> {
        let mut sql = Sql::text("SELECT run.start_us FROM run WHERE run.start_us IS NOT NULL AND ");
        sql.append(self.conditions.scan());
        if let Some(Place { start_us: Some(start), id }) = self.after {
            sql.push(" AND ").append(self.beyond(start, id));
        }
        let way = self.way();
        sql.push(&format!(" ORDER BY run.start_us {way}, run.id {way} LIMIT 1 OFFSET {rows}"));
        let mut statement = conn.prepare_cached(&sql.text)?;
        let mut found = statement.query(params_from_iter(&sql.values))?;
        Ok(found.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Runs of which no start is known, by id.
    fn without_start(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let mut sql = Sql::text("SELECT run.start_us, run.id FROM run WHERE run.start_us IS NULL AND ");
        sql.append(self.conditions.all());
        if let Some(Place { start_us: None, id }) = self.after {
            sql.push(" AND run.id > ").bind(blob(id));
        }
        sql.push(" ORDER BY run.id");
        self.collect(conn, sql)
    }

    /// Runs that come after a place, of those that have a start.
    fn beyond(&self, start_us: i64, id: Uuid) -> Sql {
        let compare = if self.order == Order::NewestFirst { "<" } else { ">" };
        let mut sql = Sql::text(format!("(run.start_us, run.id) {compare} ("));
        sql.bind(Value::Integer(start_us)).push(", ").bind(blob(id)).push(")");
        sql
    }

    fn way(&self) -> &'static str {
        if self.order == Order::NewestFirst { "DESC" } else { "ASC" }
    }

    /// Takes rows until there are enough.
    fn collect(&mut self, conn: &Connection, sql: Sql) -> Result<(), StoreError> {
        let mut statement = conn.prepare_cached(&sql.text)?;
        let mut rows = statement.query(params_from_iter(&sql.values))?;
        while self.found.len() < self.want
            && let Some(row) = rows.next()?
        {
            match self.skip {
                0 => self.found.push(place(row)?),
                _ => self.skip -= 1,
            }
        }
        Ok(())
    }
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { start_us: row.get(0)?, id: row.get(1)? })
}

/// A cursor is for one order: in the other it would leave out what was not seen.
fn write_cursor(place: Place, order: Order) -> String {
    let newest_first = order == Order::NewestFirst;
    cursor::encode(place.start_us.unwrap_or(i64::MIN), &(newest_first, place.start_us.is_some(), place.id))
}

fn read_cursor(cursor: &str, order: Order) -> Result<Place, QueryError> {
    let (start, (newest_first, has_start, id)): (i64, (bool, bool, Uuid)) = cursor::decode(cursor)?;
    if newest_first != (order == Order::NewestFirst) {
        return Err(QueryError::Cursor);
    }
    Ok(Place { start_us: has_start.then_some(start), id })
}
