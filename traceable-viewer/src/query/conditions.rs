//! The conditions of a [`RunQuery`] as SQL over the table `run`.

use rusqlite::types::Value;
use uuid::Uuid;

use crate::query::RunQuery;

/// Conditions that are joined by `AND`; values are parameters.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    sql: String,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    pub(crate) fn of(query: &RunQuery) -> Self {
        let mut conditions = Conditions::default();
        if !query.ids.is_empty() {
            conditions.one_of("run.id", &query.ids);
            return conditions;
        }
        if !query.project_ids.is_empty() {
            conditions.one_of("run.pid IN (SELECT pid FROM project WHERE project.id", &query.project_ids);
            conditions.sql.push(')');
        }
        if !query.projects.is_empty() {
            let names = query.projects.iter().cloned().map(Value::Text);
            conditions.list("run.pid IN (SELECT pid FROM project WHERE project.name", names);
            conditions.sql.push(')');
        }
        if let Some(id) = query.trace_id {
            conditions.add("run.trace_id = ?", blob(id));
        }
        if let Some(id) = query.parent_id {
            conditions.add("run.parent_id = ?", blob(id));
        }
        if let Some(run_type) = &query.run_type {
            conditions.add("run.run_type = ?", Value::Text(run_type.to_ascii_lowercase()));
        }
        match query.is_root {
            Some(true) => conditions.and("run.parent_id IS NULL"),
            Some(false) => conditions.and("run.parent_id IS NOT NULL"),
            None => {}
        }
        match query.has_error {
            Some(true) => conditions.and("run.status = 2"),
            Some(false) => conditions.and("run.status <> 2"),
            None => {}
        }
        if !query.reference_example_ids.is_empty() {
            conditions.one_of("run.reference_example_id", &query.reference_example_ids);
        }
        if let Some(us) = query.min_start_us {
            conditions.add("run.start_us >= ?", Value::Integer(us));
        }
        if let Some(us) = query.max_start_us {
            conditions.add("run.start_us <= ?", Value::Integer(us));
        }
        conditions
    }

    /// One more condition, with a `?` for its value.
    pub(crate) fn add(&mut self, sql: &str, value: Value) {
        self.and(sql);
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

    fn one_of(&mut self, column: &str, ids: &[Uuid]) {
        self.list(column, ids.iter().copied().map(blob));
    }

    fn list(&mut self, column: &str, values: impl ExactSizeIterator<Item = Value>) {
        let marks = vec!["?"; values.len()].join(",");
        self.and(&format!("{column} IN ({marks})"));
        self.values.extend(values);
    }
}

pub(crate) fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}
