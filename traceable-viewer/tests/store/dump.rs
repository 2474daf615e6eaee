//! All that lists, filters and the full text read, as text to compare.

use std::path::Path;

use rusqlite::{Connection, types::ValueRef};

/// Columns of runs that follow from what was sent, without what tells the order of arrival.
const QUERIES: [&str; 4] = [
    "SELECT hex(id), hex(trace_id), hex(parent_id), name, run_type, status, start_us, end_us, latency_us, \
     first_token_us, thread_id, model, prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, \
     total_cost, inputs_preview, outputs_preview FROM run ORDER BY id",
    "SELECT hex(run.id), kind, key, value FROM attribute JOIN attribute_key USING(kid) JOIN run USING(rid) \
     ORDER BY 1, 2, 3, 4",
    "SELECT hex(trace_id), runs, errors, start_us, end_us, prompt_tokens, completion_tokens, total_tokens, prompt_cost, \
     completion_cost, total_cost, first_token_us FROM trace ORDER BY trace_id",
    "SELECT hex(run.id), term FROM words JOIN run ON rid = doc ORDER BY 1, 2",
];

pub(crate) fn open(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, run_text, instance)").unwrap();
    conn
}

/// One line for each row.
pub(crate) fn dump(path: &Path) -> Vec<String> {
    let conn = open(path);
    let mut lines = Vec::new();
    for sql in QUERIES {
        let mut statement = conn.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let line: Vec<String> = (0..columns).map(|at| text(row.get_ref(at).unwrap())).collect();
            lines.push(line.join("|"));
        }
    }
    lines
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}
