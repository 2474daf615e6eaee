//! The conditions of a [`RunQuery`] as SQL over the table `run`.

use rusqlite::types::Value;
use uuid::Uuid;

use crate::query::filter::{self, Sql};
use crate::query::{QueryError, RunQuery};

/// Conditions that are joined by `AND`; values are parameters.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    /// What indexes in the order of starts decide: project, place, error, time.
    scan: Sql,
    /// What is looked at row by row.
    rest: Sql,
    /// Other ways to the rows; each finds all that can match.
    drivers: Vec<Sql>,
    sql: String,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// Reads the filters of a query.
    pub(crate) fn of(query: &RunQuery) -> Result<Self, QueryError> {
        let mut conditions = Conditions::default();
        if !query.ids.is_empty() {
            // filters hold nothing back then, but a mistake in one is told
            Conditions::default().add_filters(query)?;
            conditions.drivers.push(rows_by("SELECT rid FROM run WHERE id", &query.ids));
            return Ok(conditions.joined());
        }
        conditions.add_scan(query);
        conditions.add_rest(query);
        conditions.add_filters(query)?;
        Ok(conditions.joined())
    }

    fn add_scan(&mut self, query: &RunQuery) {
        let by_id = query.project_ids.iter().copied().map(blob).collect::<Vec<_>>();
        let by_name = query.projects.iter().cloned().map(Value::Text).collect::<Vec<_>>();
        for (column, values) in [("id", by_id), ("name", by_name)] {
            let find = format!("SELECT pid FROM project WHERE project.{column}");
            // one project is a constant, by which the index has its runs in order
            match values.len() {
                0 => {}
                1 => add(&mut self.scan, with_list(&format!("run.pid = ({find} IN ("), values, "))")),
                _ => add(&mut self.scan, with_list(&format!("run.pid IN ({find} IN ("), values, "))")),
            }
        }
        match query.is_root {
            Some(true) => add(&mut self.scan, Sql::text("run.parent_id IS NULL")),
            Some(false) => add(&mut self.scan, Sql::text("run.parent_id IS NOT NULL")),
            None => {}
        }
        match query.has_error {
            Some(true) => add(&mut self.scan, Sql::text("run.status = 2")),
            Some(false) => add(&mut self.scan, Sql::text("run.status <> 2")),
            None => {}
        }
        for (compare, us) in [(">=", query.min_start_us), ("<=", query.max_start_us)] {
            if let Some(us) = us {
                add(&mut self.scan, with_list(&format!("run.start_us {compare} "), [Value::Integer(us)], ""));
            }
        }
    }

    fn add_rest(&mut self, query: &RunQuery) {
        if let Some(id) = query.trace_id {
            add(&mut self.rest, with_list("run.trace_id = ", [blob(id)], ""));
            self.drivers.push(with_list("SELECT rid FROM run WHERE trace_id = ", [blob(id)], ""));
        }
        if let Some(id) = query.parent_id {
            add(&mut self.rest, filter::children_of(blob(id), "run"));
            self.drivers.push(filter::rows_of_children(blob(id)));
        }
        if let Some(run_type) = &query.run_type {
            let run_type = Value::Text(run_type.to_ascii_lowercase());
            add(&mut self.rest, with_list("coalesce(run.run_type, 'chain') = ", [run_type], ""));
        }
        if !query.reference_example_ids.is_empty() {
            let ids = query.reference_example_ids.iter().copied().map(blob);
            add(&mut self.rest, with_list("run.reference_example_id IN (", ids, ")"));
        }
    }

    fn add_filters(&mut self, query: &RunQuery) -> Result<(), QueryError> {
        if let Some(text) = query.filter.as_deref().filter(|text| !text.trim().is_empty()) {
            let filter = filter::parse(text)?;
            add(&mut self.rest, filter::condition(&filter, "run"));
            self.drivers.extend(filter::drivers(&filter));
        }
        if let Some(text) = query.trace_filter.as_deref().filter(|text| !text.trim().is_empty()) {
            let mut sql = Sql::text("EXISTS (SELECT 1 FROM run AS root WHERE root.id = run.trace_id AND ");
            sql.append(filter::condition(&filter::parse(text)?, "root")).push(")");
            add(&mut self.rest, sql);
        }
        if let Some(text) = query.tree_filter.as_deref().filter(|text| !text.trim().is_empty()) {
            let mut sql =
                Sql::text("EXISTS (SELECT 1 FROM run AS any_run WHERE any_run.trace_id = run.trace_id AND ");
            sql.append(filter::condition(&filter::parse(text)?, "any_run")).push(")");
            add(&mut self.rest, sql);
        }
        if let Some(text) = query.text.as_deref().filter(|text| !text.trim().is_empty()) {
            if filter::has_too_many_words(text) {
                return Err(QueryError::TooManyWords);
            }
            let words = filter::match_expression(text).ok_or(QueryError::NoWords)?;
            add(&mut self.rest, filter::full_text(text, "run"));
            self.drivers.push(filter::full_text_rows(words));
        }
        Ok(())
    }

    fn joined(mut self) -> Self {
        let ids = self.drivers.first().filter(|_| self.scan.text.is_empty() && self.rest.text.is_empty());
        let mut all = self.scan.clone();
        if !self.rest.text.is_empty() {
            add(&mut all, self.rest.clone());
        } else if let Some(ids) = ids {
            all.push("run.rid IN (").append(ids.clone()).push(")");
        }
        (self.sql, self.values) = (all.text, all.values);
        self
    }

    /// One more condition, with a `?` for its value.
    pub(crate) fn add(&mut self, sql: &str, value: Value) {
        self.and(sql);
        self.values.push(value);
    }

    /// More text of the condition before, with a `?` for its value.
    pub(crate) fn push(&mut self, sql: &str, value: Value) {
        self.sql += sql;
        self.values.push(value);
    }

    pub(crate) fn and(&mut self, sql: &str) {
        if !self.sql.is_empty() {
            self.sql += " AND ";
        }
        self.sql += sql;
    }

    /// The text behind `WHERE`.
    pub(crate) fn sql(&self) -> &str {
        if self.sql.is_empty() { "true" } else { &self.sql }
    }

    /// All of it.
    pub(crate) fn all(&self) -> Sql {
        Sql { text: self.sql().to_owned(), values: self.values.clone() }
    }

    /// The part that indexes in the order of starts decide.
    pub(crate) fn scan(&self) -> Sql {
        if self.scan.text.is_empty() { Sql::text("true") } else { self.scan.clone() }
    }

    /// Whether rows have to be looked at that may not match.
    pub(crate) fn has_rest(&self) -> bool {
        !self.rest.text.is_empty()
    }

    pub(crate) fn drivers(&self) -> &[Sql] {
        &self.drivers
    }
}

fn add(all: &mut Sql, one: Sql) {
    if !all.text.is_empty() {
        all.push(" AND ");
    }
    all.append(one);
}

fn with_list(before: &str, values: impl IntoIterator<Item = Value>, after: &str) -> Sql {
    let mut sql = Sql::text(before);
    sql.append(Sql::list(values)).push(after);
    sql
}

fn rows_by(before: &str, ids: &[Uuid]) -> Sql {
    with_list(&format!("{before} IN ("), ids.iter().copied().map(blob), ")")
}

pub(crate) fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}
