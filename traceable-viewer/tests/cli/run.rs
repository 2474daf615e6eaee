//! `traceable run -- COMMAND`.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::command;

/// `traceable run` of a shell script on a database of its own; `$0` is `traceable`.
fn run(db: &Path, options: &[&str], script: &str) -> Command {
    let mut command = command();
    command.args(["run", "--port", "0", "--db"]).arg(db).args(options);
    command.args(["--", "sh", "-c", script, env!("CARGO_BIN_EXE_traceable")]);
    command
}

fn output(options: &[&str], script: &str) -> Output {
    let dir = tempfile::tempdir().unwrap();
    run(&dir.path().join("t.db"), options, script).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const DEMO: &str = "\"$0\" demo --only plan_trip --endpoint $LANGSMITH_ENDPOINT 2>&-";

#[test]
fn a_program_is_traced_and_its_tree_printed() {
    let output = output(&[], &format!("{DEMO} >&-; echo out; exit 7"));
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "out\n");
    let said = said(&output);
    assert!(said.contains("plan_trip  ✓ 4.20s") && said.contains("├─ use_tools"), "{said}");
}

#[test]
fn the_newest_trees_are_printed() {
    let dir = tempfile::tempdir().unwrap();
    let twice = format!("{DEMO}; {DEMO}");
    let output = run(&dir.path().join("t.db"), &["--trees", "1"], &twice).output().unwrap();
    let (said, ids) = (said(&output), String::from_utf8(output.stdout).unwrap());
    assert_eq!(said.matches("plan_trip").count(), 1, "{said}");
    assert!(said.contains("1 more traces: see `traceable ls`"), "{said}");
    assert_eq!(ids.lines().count(), 2);
    // traces of an earlier run are not those of this one
    let output = run(&dir.path().join("t.db"), &[], "true").output().unwrap();
    assert_eq!(self::said(&output), "traceable: the program sent no traces\n");
}

#[test]
fn variables() {
    let show = "echo $LANGSMITH_TRACING $LANGSMITH_TRACING_V2 $LANGSMITH_API_KEY $LANGSMITH_PROJECT \
                $LANGSMITH_RUNS_ENDPOINTS ${OTEL_EXPORTER_OTLP_TRACES_ENDPOINT#$LANGSMITH_ENDPOINT}";
    let dir = tempfile::tempdir().unwrap();
    let print = |options: &[&str], set: &[(&str, &str)]| {
        let mut command = run(&dir.path().join("t.db"), options, show);
        String::from_utf8(command.envs(set.iter().copied()).output().unwrap().stdout).unwrap()
    };
    assert_eq!(print(&[], &[]), "true true local\n");
    assert_eq!(
        print(
            &["--project", "mine", "--otel"],
            &[
                ("LANGSMITH_API_KEY", "key"),
                ("LANGSMITH_TRACING_V2", "false"),
                ("LANGSMITH_RUNS_ENDPOINTS", "[]")
            ]
        ),
        "true true key mine /v1/traces\n"
    );
    assert_eq!(print(&["--token", "t"], &[("LANGSMITH_PROJECT", "own")]), "true true t own\n");
}

#[test]
fn codes_of_programs_that_fail() {
    assert_eq!(output(&[], "kill -9 $$").status.code(), Some(137));
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let missing =
        command().args(["run", "--port", "0", "--db"]).arg(&db).args(["--", "/no/such/program"]).output();
    let missing = missing.unwrap();
    assert_eq!(missing.status.code(), Some(127));
    assert!(said(&missing).contains("cannot run `/no/such/program`"), "{}", said(&missing));
    assert!(!said(&missing).contains("traces"), "{}", said(&missing));
    let none = command().args(["run", "--port", "0"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2), "it needs a program");
}

#[test]
fn signals_and_stdin_go_to_the_program() {
    let dir = tempfile::tempdir().unwrap();
    for signal in ["INT", "TERM"] {
        let script =
            format!("trap 'echo got; exit 3' {signal}; read line; echo $line; while :; do sleep 0.05; done");
        let mut child = run(&dir.path().join("t.db"), &[], &script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "hello");
        let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(lines.next().unwrap().unwrap(), "got");
        assert_eq!(child.wait().unwrap().code(), Some(3));
    }
}

#[test]
fn a_running_collector_is_used() {
    let server = super::common::server();
    let port = server.viewer.address().port().to_string();
    let path = server.store().path();
    let mut command = command();
    command.args(["run", "--port", &port, "--db"]).arg(path).args(["--", "sh", "-c", DEMO]);
    let output = command.arg(env!("CARGO_BIN_EXE_traceable")).output().unwrap();
    assert!(said(&output).contains("plan_trip"), "{output:?}");
    assert!(server.store().latest_trace().unwrap().is_some());
}

/// What listens at the port is no collector, so one is started beside it.
#[test]
fn a_port_that_another_program_holds() {
    use std::io::Read;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let mut command = command();
    command.args(["run", "--port", &port, "--db"]).arg(dir.path().join("t.db"));
    let output = command.args(["--", "sh", "-c", DEMO, env!("CARGO_BIN_EXE_traceable")]).output().unwrap();
    assert!(said(&output).contains("plan_trip"), "{output:?}");
}

#[test]
fn runs_get_costs_from_a_file_of_prices() {
    let dir = tempfile::tempdir().unwrap();
    let (db, prices) = (dir.path().join("t.db"), dir.path().join("prices.json"));
    let options = ["--prices", prices.to_str().unwrap()];
    let missing = run(&db, &options, "echo ran").output().unwrap();
    assert!(said(&missing).contains("cannot read prices from"), "{}", said(&missing));
    assert!(missing.stdout.is_empty(), "the program is not started");
    std::fs::write(&prices, r#"{"example-embed-1":{"input_cost_per_token":0.5}}"#).unwrap();
    assert_eq!(run(&db, &options, DEMO).output().unwrap().status.code(), Some(0));
    let query = "SELECT max(total_cost) AS cost FROM runs WHERE model = 'example-embed-1'";
    let found = command().args(["sql", "--json", query, "--db"]).arg(&db).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap().trim(), r#"{"cost":1.5}"#);
}
