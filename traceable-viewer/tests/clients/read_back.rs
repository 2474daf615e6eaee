//! Each client reads back what it has sent. With `--nocapture` the calls are listed, and how each went.

use std::process::{Command, Output};

use crate::common::server;
use crate::{finish, installed, program, python};

/// Lists the calls of a client, of which none may have failed.
fn check(client: &str, output: &Output) {
    let [calls, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{client}: {}\n{calls}\n{errors}", output.status);
    assert!(
        calls.lines().any(|line| line.starts_with("ok | ")),
        "{client} called nothing:\n{calls}\n{errors}"
    );
    for call in calls.lines() {
        eprintln!("{client} | {call}");
    }
}

fn read_back(client: &str, script: &str, settings: &[(&str, &str)]) {
    let server = server();
    check(client, &python(client, script, &server.viewer.url(), settings));
}

#[test]
fn python_0_15() {
    read_back("python-0.15", "read_back.py", &[]);
}

#[test]
fn python_0_15_by_the_second_version() {
    read_back("python-0.15", "read_back_v2.py", &[]);
}

#[test]
fn python_0_11() {
    read_back("python-0.11", "read_back.py", &[]);
}

#[test]
fn python_0_11_by_the_second_version() {
    read_back("python-0.11", "read_back_v2.py", &[]);
}

#[test]
fn python_0_4_which_has_no_second_version() {
    read_back("python-0.4", "read_back.py", &[]);
}

#[test]
fn python_0_15_sending_spans() {
    read_back("python-0.15", "otel.py", &[("LANGSMITH_TRACING_MODE", "otel")]);
}

#[test]
fn python_0_15_sending_runs_and_spans() {
    for settings in [("LANGSMITH_TRACING_MODE", "hybrid"), ("LANGSMITH_OTEL_ENABLED", "true")] {
        read_back("python-0.15", "otel.py", &[settings]);
    }
}

#[test]
fn javascript() {
    let server = server();
    let mut process = Command::new("node");
    // node looks for packages from here on
    process.arg(program("js/read_back.mjs")).current_dir(installed("js"));
    check("js-0.12", &finish(&mut process, &server.viewer.url(), &[]));
}

#[test]
fn langsmith_fetch() {
    read_back("langsmith-fetch", "langsmith_fetch.py", &[]);
}

#[test]
fn langsmith_mcp_server() {
    read_back("langsmith-mcp-server", "mcp_server.py", &[]);
}
