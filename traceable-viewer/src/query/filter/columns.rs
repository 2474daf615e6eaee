//! Where the values of a run are, as expressions of SQL.

use crate::query::filter::attribute::Object;
use crate::query::filter::sql::Sql;

/// The value of an attribute of one row.
pub(super) fn scalar(name: &str, alias: &str) -> String {
    match name {
        "name" => format!("coalesce({alias}.name, '')"),
        "run_type" => format!("coalesce({alias}.run_type, 'chain')"),
        "start_time" => format!("{alias}.start_us"),
        "end_time" => format!("{alias}.end_us"),
        "first_token_time" => format!("{alias}.first_token_us"),
        "latency" => format!("{alias}.latency_us"),
        "is_root" => format!("({alias}.parent_id IS NULL)"),
        "parent_run_id" => format!("{alias}.parent_id"),
        "execution_order" => "1".to_owned(),
        "session_id" | "project_id" => {
            format!("(SELECT project.id FROM project WHERE project.pid = {alias}.pid)")
        }
        "error" => payload("error", alias),
        // the others are named as their columns are
        name => format!("{alias}.{name}"),
    }
}

/// A long text of a row.
pub(super) fn payload(column: &str, alias: &str) -> String {
    format!("(SELECT payload_text(payload.{column}) FROM payload WHERE payload.rid = {alias}.rid)")
}

/// A value inside the JSON of a row: a text, a number, the JSON of an object or array, or null.
pub(super) fn json_at(object: Object, keys: &[String], alias: &str) -> Sql {
    let (column, inner) = object.column();
    let mut path: Vec<&str> = inner.split('.').skip(1).collect();
    path.extend(keys.iter().map(String::as_str));
    let mut sql = Sql::text(format!("json_at({}, ", payload(column, alias)));
    sql.bind(serde_json::Value::from(path).to_string()).push(")");
    sql
}
