//! `traceable tree` and `show` with their options, and what all commands that read have in common.

use std::io::Read;
use std::process::Stdio;

use super::common::server;
use super::{command, demo, refused, stdout};

#[test]
fn tree_with_options() {
    let server = server();
    let (db, _) = demo(&server);
    let ascii = stdout(&["tree", "--db", &db, "--ascii"]);
    assert!(
        ascii.contains("|  |- forecast [tool]  ERROR 1.00s") && ascii.contains("`- suggest_more [llm]  left")
    );
    assert!(!ascii.contains('✓') && !ascii.contains('│'), "{ascii}");
    let full = stdout(&["tree", "--db", &db, "--full"]);
    assert!(full.contains("at forecast (tools/weather.rs:41)"), "{full}");
    let metadata = stdout(&["tree", "--db", &db, "--metadata"]);
    assert!(metadata.contains("thread_id \"trip-to-copenhagen\""), "{metadata}");
    let help = stdout(&["tree", "--help"]);
    assert!(help.contains("◐ left"), "the signs are explained: {help}");
}

#[test]
fn the_locale_chooses_the_signs() {
    let server = server();
    let (db, _) = demo(&server);
    let output = command().args(["tree", "--db", &db]).env("LC_ALL", "C").output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("plan_trip  ok 4.20s"));
}

#[test]
fn show_prints_all_of_a_run() {
    let server = server();
    let (db, trace) = demo(&server);
    let shown = stdout(&["show", &trace, "--db", &db]);
    for part in [
        "plan_trip  ✓ 4.20s",
        "project      demo",
        "\"question\": \"Plan",
        "map  image/png  154 B",
        "helpful  1  ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let said = refused(&["show", "01a2036e-0bea-710d-96ed-c3ae3327ba63", "--db", &db]);
    assert!(said.contains("no run `01a2036e-0bea-710d-96ed-c3ae3327ba63` is stored"), "{said}");
    assert!(refused(&["show", "x", "--db", &db]).contains("invalid value 'x'"));
}

#[test]
fn trees_and_runs_as_json() {
    let server = server();
    let (db, trace) = demo(&server);
    let lines = stdout(&["tree", "--db", &db, "--json"]);
    let runs: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.len(), 12);
    let run: serde_json::Value =
        serde_json::from_str(&stdout(&["show", &trace, "--db", &db, "--json"])).unwrap();
    assert_eq!((&run, &run["name"]), (&runs[0], &"plan_trip".into()));
    assert_eq!(run["attachments"]["itinerary"][0], "text/plain");
}

#[test]
fn the_variable_names_the_database() {
    let server = server();
    let (db, _) = demo(&server);
    let output = command().arg("tree").env("TRACEABLE_DB", &db).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("plan_trip"));
}

/// As with `head`: no message, no failure.
#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let server = server();
    let (db, _) = demo(&server);
    let mut child = command()
        .args(["tree", "--full", "--metadata", "--db", &db])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said, "");
}

#[test]
fn completions_for_every_shell() {
    for (shell, part) in
        [("bash", "complete -F"), ("zsh", "#compdef traceable"), ("fish", "complete -c traceable")]
    {
        assert!(stdout(&["completions", shell]).contains(part), "{shell}");
    }
    assert!(refused(&["completions", "tcsh"]).contains("possible values"));
}
