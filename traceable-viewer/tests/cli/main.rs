//! The program `traceable`, as it is run.

#[path = "../common/mod.rs"]
mod common;

mod binary;
mod demo;
mod doctor;
mod listing;
mod prune;
mod reading;
mod run;
mod serve;
mod sql;
mod transfer;

use std::process::{Command, Output};

/// The program, in an environment that does not depend on whoever runs the tests.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_traceable"));
    for name in ["NO_COLOR", "LC_CTYPE", "LANG", "TRACEABLE_DB", "TRACEABLE_TOKEN"] {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["LANGSMITH_", "LANGCHAIN_", "OTEL_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C.UTF-8");
    command
}

fn traceable(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// What a successful command printed.
fn stdout(arguments: &[&str]) -> String {
    let output = traceable(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that failed said.
fn refused(arguments: &[&str]) -> String {
    let output = traceable(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A database with one example, made without any server that goes on.
fn demo(server: &common::Server) -> (String, String) {
    let trace = stdout(&["demo", "--only", "plan_trip", "--endpoint", &server.viewer.url()]);
    (server.store().path().to_str().unwrap().to_owned(), trace.trim_end().to_owned())
}
