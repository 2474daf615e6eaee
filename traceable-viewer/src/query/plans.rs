//! Tests that the questions that are asked most read an index, and sort nothing that an index has in order.

use rusqlite::{Connection, params_from_iter};

use crate::query::{RunQuery, page::Search};
use crate::store::{Store, Writer, WriterSettings};

/// How SQLite finds the first runs of a page.
fn plan(conn: &Connection, query: &RunQuery) -> String {
    let (search, _) = Search::of(query).unwrap();
    let driver = search.best_driver(conn).unwrap();
    let sql = driver.map_or_else(|| search.stretch(None), |driver| search.driven(&driver));
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text)).unwrap();
    let steps = statement.query_map(params_from_iter(&sql.values), |row| row.get::<_, String>(3)).unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn plans() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let (writer, handle) = Writer::start(&path, WriterSettings::default(), &mut |_, _| {}).unwrap();
    // the writer ends with its last handle
    drop(handle);
    drop(writer);
    let project = || RunQuery { project_ids: vec![uuid::Uuid::nil()], ..RunQuery::default() };
    let filter = |text: &str| RunQuery { filter: Some(text.to_owned()), ..project() };
    let metadata = r#"and(eq(metadata_key, "user"), eq(metadata_value, "u1"))"#;
    let in_order = [
        ("run_newest", RunQuery { is_root: Some(true), ..RunQuery::default() }),
        ("run_roots", RunQuery { is_root: Some(true), ..project() }),
        ("run_errors", RunQuery { has_error: Some(true), ..project() }),
        ("run_start", project()),
    ];
    let few = [
        ("tag USING PRIMARY KEY (tag=?)", filter(r#"has(tags, "a")"#)),
        ("attribute_value (kid=? AND value=?)", filter(metadata)),
        ("run_trace (trace_id=?)", RunQuery { trace_id: Some(uuid::Uuid::nil()), ..RunQuery::default() }),
    ];
    let check = |conn: &Connection| {
        for (index, query) in &in_order {
            let plan = plan(conn, query);
            assert!(plan.contains(&format!("SEARCH run USING INDEX {index} (")), "{index}: {plan}");
            // runs of one start are sorted by their ids
            assert!(!plan.replace("FOR LAST TERM OF ORDER BY", "").contains("ORDER BY"), "{index}: {plan}");
        }
        for (index, query) in &few {
            let plan = plan(conn, query);
            assert!(plan.contains(index) && !plan.contains("SCAN run"), "{index}: {plan}");
        }
        Ok(())
    };
    Store::open(&path).unwrap().with(check).unwrap();
}
