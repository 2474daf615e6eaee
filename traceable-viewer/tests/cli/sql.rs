//! `traceable sql`.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::common::server;
use super::{command, demo, refused, stdout};

#[test]
fn views_with_readable_values() {
    let server = server();
    let (db, trace) = demo(&server);
    let sql = |query: &str| -> Vec<Value> {
        let lines = stdout(&["sql", "--db", &db, "--json", query]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(
        sql(
            "SELECT id, json_extract(outputs, '$.answer') AS answer, latency, status, is_root FROM runs WHERE parent_id IS NULL"
        ),
        [
            json!({"id": trace, "answer": "Take the 07:53 direct train. Saturday is dry: start at the harbour.",
                "latency": 4.2, "status": "success", "is_root": 1})
        ]
    );
    assert_eq!(sql("SELECT id, name, runs, errors, thread_id IS NULL AS t FROM traces").len(), 1);
    assert_eq!(
        sql(
            "SELECT runs, errors, name, project, status, latency, first_token_latency, total_tokens, total_cost, thread_id \
             FROM traces"
        ),
        [
            json!({"runs": 12, "errors": 1, "name": "plan_trip", "project": "demo", "status": "success", "latency": 4.2,
                "first_token_latency": 2.96, "total_tokens": 1007, "total_cost": 0.001457,
                "thread_id": "trip-to-copenhagen"})
        ]
    );
    assert_eq!(
        sql(
            "SELECT model, prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, total_cost, \
             latency, first_token_latency, thread_id FROM runs WHERE name = 'write_answer'"
        ),
        [
            json!({"model": "example-chat-1", "prompt_tokens": 641, "completion_tokens": 103, "total_tokens": 744,
                "prompt_cost": 0.000641, "completion_cost": 0.000412, "total_cost": 0.001053, "latency": 1.18,
                "first_token_latency": 0.24, "thread_id": "trip-to-copenhagen"})
        ]
    );
    // what is found by text and by attribute, beside the views
    assert_eq!(
        sql(
            "SELECT name FROM runs WHERE rid IN (SELECT rowid FROM run_text WHERE run_text MATCH 'harbour') \
             AND rid IN (SELECT rid FROM attribute JOIN attribute_key USING(kid) WHERE key = 'k' AND value = '2')"
        ),
        [json!({"name": "search_guide"})]
    );
    assert_eq!(
        sql("SELECT run_id, key, score FROM feedback ORDER BY key"),
        [
            json!({"run_id": trace, "key": "helpful", "score": 1.0}),
            json!({"run_id": trace, "key": "latency_ok", "score": 0.5})
        ]
    );
    assert_eq!(
        sql(
            "SELECT name, mime_type, size, hex(substr(data, 2, 3)) AS magic FROM attachments WHERE run_id = (SELECT id FROM traces) AND name = 'map'"
        ),
        [json!({"name": "map", "mime_type": "image/png", "size": 154, "magic": "504E47"})]
    );
    assert_eq!(sql("SELECT name FROM projects WHERE created_time > '2026'"), [json!({"name": "demo"})]);
    assert_eq!(
        sql(
            "SELECT metadata ->> '$.attempt' AS attempt, error LIKE 'TimeoutError%' AS timeout FROM runs WHERE name = 'forecast' ORDER BY 1"
        ),
        [json!({"attempt": 1, "timeout": 1}), json!({"attempt": 2, "timeout": null})]
    );
    let by_id = format!("SELECT name FROM run WHERE id = uuid_blob('{trace}')");
    assert_eq!(sql(&by_id), [json!({"name": "plan_trip"})]);
    assert_eq!(
        sql("SELECT count(*) AS n FROM run_text WHERE run_text MATCH 'nothing_like_it'"),
        [json!({"n": 0})]
    );
}

#[test]
fn forms_of_output() {
    let server = server();
    let (db, _) = demo(&server);
    let two = "SELECT 'a,\"b' AS x, 1 AS y, NULL AS z; SELECT x'00ff' AS b";
    assert_eq!(stdout(&["sql", "--db", &db, two]), "x     y  z\na,\"b  1\nb\n00ff\n");
    assert_eq!(stdout(&["sql", "--db", &db, "--csv", two]), "x,y,z\r\n\"a,\"\"b\",1,\r\nb\r\n00ff\r\n");
    assert_eq!(
        stdout(&["sql", "--db", &db, "--json", two]),
        "{\"x\":\"a,\\\"b\",\"y\":1,\"z\":null}\n{\"b\":\"00ff\"}\n"
    );
    assert_eq!(stdout(&["sql", "--db", &db, "SELECT 1 WHERE 0"]), "");
    let many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n";
    assert_eq!(stdout(&["sql", "--db", &db, many]).lines().count(), 2503);

    let mut child = command()
        .args(["sql", "--db", &db, "--csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"SELECT 7 AS seven;\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"seven\r\n7\r\n");
}

#[test]
fn nothing_changes_the_file() {
    let server = server();
    let (db, trace) = demo(&server);
    for query in [
        "DELETE FROM run",
        "UPDATE project SET name = 'x'",
        "DROP VIEW runs",
        "CREATE TEMP TABLE t(x)",
        "PRAGMA query_only = 0",
        "PRAGMA user_version = 9",
        "PRAGMA journal_mode(DELETE)",
        "PRAGMA wal_checkpoint",
        "PRAGMA incremental_vacuum",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "BEGIN IMMEDIATE",
        "SELECT 1; DELETE FROM feedback",
    ] {
        let output = super::traceable(&["sql", "--db", &db, query]);
        assert!(!output.status.success(), "{query}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("only statements that read are allowed"), "{query}: {said}");
    }
    assert_eq!(server.store().trace(trace.parse().unwrap()).unwrap().len(), 12);
    assert_eq!(
        stdout(&["sql", "--db", &db, "SELECT name FROM pragma_table_info('tag')"]),
        "name\ntag\nrid\n"
    );
}

#[test]
fn mistakes_are_placed() {
    let server = server();
    let (db, _) = demo(&server);
    let said = refused(&["sql", "--db", &db, "SELECT nonesuch FROM runs"]);
    assert_eq!(said, "traceable: no such column: nonesuch (at character 8)\n");
    assert_eq!(
        refused(&["sql", "--db", &db, "SELEC 1"]),
        "traceable: near \"SELEC\": syntax error (at character 1)\n"
    );
    assert!(refused(&["sql", "--db", &db, "SELECT uuid_blob('x')"]).contains("takes the text of a UUID"));
    assert!(refused(&["sql", "--db", "/nonexistent.db", "SELECT 1"]).contains("there is no database"));
}

/// In a folder that cannot be written, without a log.
#[cfg(unix)]
#[test]
fn a_file_that_can_only_be_read() {
    use std::os::unix::fs::PermissionsExt;

    let server = server();
    let (db, _) = demo(&server);
    let super::common::Server { viewer, dir } = server;
    viewer.shutdown();
    let set = |mode| std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::set_permissions(&db, std::fs::Permissions::from_mode(0o400)).unwrap();
    set(0o500);
    let count = stdout(&["sql", "--db", &db, "--csv", "SELECT count(*) AS n FROM runs"]);
    set(0o700);
    assert_eq!(count, "n\r\n12\r\n");
}
