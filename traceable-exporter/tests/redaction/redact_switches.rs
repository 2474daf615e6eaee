//! Switches hide parts of runs, wherever they would show.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use traceable_core::testing::Recorder;
use traceable_core::{Attachment, RunSink, RunTree, TracingContext, trace};
use traceable_exporter::{Config, JsonLines, RedactingSink, Redaction, Replica, Replicas, Spool, replay};

use crate::model_run::{assert_hidden, everything, model_run, run_through, sent};
use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter};

#[test]
fn without_a_redaction_all_is_sent() {
    let (server, failed) = run_through(|config| config.redaction(Redaction::new().hide_inputs(false)));
    let all = ["QUESTION", "ANSWER", "NOTE", "USER", "PARAMETER", "TOKEN", "FILE", "REVISION", "ls_method"];
    assert_hidden(&server, &[], &all);
    assert_eq!(failed, 0);
}

#[test]
fn hidden_inputs() {
    let (server, _) = run_through(|config| config.hide_inputs(true));
    assert_hidden(&server, &["QUESTION", "FILE"], &["ANSWER", "NOTE", "USER", "TOKEN", "REVISION"]);
    assert_eq!(sent(&server, ".inputs"), [json!({})]);
}

#[test]
fn hidden_outputs_are_not_repeated_by_metadata_and_events() {
    let (server, _) = run_through(|config| config.hide_outputs(true));
    assert_hidden(
        &server,
        &["ANSWER", "NOTE", "usage_metadata", "TOKEN", "FILE"],
        &["QUESTION", "USER", "new_token"],
    );
    assert_eq!(sent(&server, ".outputs"), [json!({})]);
}

#[test]
fn hidden_metadata_leave_what_the_protocol_needs() {
    let (server, _) = run_through(|config| config.hide_metadata(true));
    assert_hidden(&server, &["USER", "REVISION", "PARAMETER"], &["QUESTION", "ANSWER", "FILE", "TOKEN"]);
    assert_eq!(sent(&server, ".extra")[0]["metadata"], json!({"ls_method": "trace"}));
}

/// Whatever a run can hold, with the input in it.
fn run_that_repeats_its_input(sink: Arc<dyn RunSink>, error: &str) {
    let run = RunTree::builder("login").run_type("llm").inputs(json!({"user": "ADA"})).tags(["tag"]);
    let run = run.serialized(json!({"kwargs": {"prompt": "ADA"}})).sink(sink).build();
    run.add_event("ADA logs in");
    run.add_event(json!({"name": "retry", "kwargs": {"user": "ADA"}}));
    run.add_attachment("ADA", Attachment::new("text/plain", &b"ADA"[..]));
    run.post();
    run.set_outputs(json!({"greeting": "ADA"}));
    run.end_with_error(error);
    run.patch();
}

#[test]
fn hidden_inputs_do_not_come_back_where_outputs_are_hidden_too() {
    let both = || Redaction::new().hide_inputs(true).hide_outputs(true);
    let recorder = Recorder::new();
    run_that_repeats_its_input(
        Arc::new(RedactingSink::new(both(), recorder.sink())),
        "AuthError: no user ADA",
    );
    let run = recorder.run("login");
    assert!(!format!("{run:?}").contains("ADA"), "{run:?}");
    assert_eq!(run.error.as_deref(), Some("AuthError: [hidden]"));
    let names: Vec<_> = run.events.iter().map(|event| event["name"].clone()).collect();
    assert_eq!((names, run.tags), (vec![json!("event"), json!("retry")], vec!["tag".to_owned()]));

    // as an option, either way
    for (redaction, shown) in [
        (both().hide_errors(false).hide_events(false), &["ADA logs in", "no user ADA"][..]),
        (both().hide_errors(false), &["no user ADA"]),
        (Redaction::new().hide_inputs(true), &["ADA logs in", "no user ADA"]),
        (Redaction::new().hide_errors(true), &["ADA logs in"]),
        (Redaction::new().hide_events(true), &["no user ADA"]),
    ] {
        let recorder = Recorder::new();
        run_that_repeats_its_input(
            Arc::new(RedactingSink::new(redaction.clone(), recorder.sink())),
            "no user ADA",
        );
        let text = format!("{:?}", recorder.run("login"));
        for part in ["ADA logs in", "no user ADA"] {
            assert_eq!(text.contains(part), shown.contains(&part), "{redaction:?}: {text}");
        }
    }
}

/// An error that a traced function returns, and a panic in one.
#[test]
fn errors_and_panics_of_calls_are_hidden_wherever_runs_go() {
    let (server, refusing, folder) = (Server::start(), Server::start(), Scratch::new());
    refusing.rule(|_| Answer::Status(422));
    let hidden = |url: &str| config(url).hide_inputs(true).hide_outputs(true);
    let replicas =
        hidden(&server.url()).replica(Replica::new().primary()).replica(Replica::new().project("copy"));
    let replicas = Arc::new(Replicas::new(replicas.build().unwrap()));
    let failing = exporter(hidden(&refusing.url()).failed_traces(folder.path().join("failed"), 1 << 20));
    let spooled = exporter(hidden(&server.url()).spool(Spool::new(folder.path().join("spool"))));
    std::fs::create_dir_all(folder.path()).unwrap();
    let lines = folder.path().join("lines");
    let file = Arc::new(JsonLines::create(&lines).unwrap());
    let both = Redaction::new().hide_inputs(true).hide_outputs(true);
    let jsonl: Arc<dyn RunSink> = Arc::new(RedactingSink::new(both, file.clone()));
    let sinks: [Arc<dyn RunSink>; 4] = [replicas.clone(), failing.clone(), spooled.clone(), jsonl];
    for sink in sinks {
        TracingContext::new().sink(sink).scope(|| {
            trace("errors").input("user", "ADA").scope(|run| _ = run.end_with_error("no user ADA"));
            let panics = || trace("panics").input("user", "ADA").scope(|_| panic!("no user {}", "ADA"));
            let _: Result<(), _> = std::panic::catch_unwind(panics);
        });
    }
    assert!(replicas.flush(LONG).is_lossless() && spooled.flush(LONG).is_lossless());
    assert!(failing.flush(LONG).dropped.rejected > 0 && RunSink::flush(&*file, LONG));
    assert_hidden(&server, &["ADA"], &["[hidden]", "panicked: [hidden]"]);
    assert_hidden(&refusing, &["ADA"], &["[hidden]"]);
    let mut saved = std::fs::read_to_string(&lines).unwrap();
    let again = Server::start();
    let _ = replay(folder.path().join("failed"), &config(&again.url()).build().unwrap()).unwrap();
    saved += &everything(&again);
    assert!(saved.matches("[hidden]").count() >= 4 && !saved.contains("ADA"), "{saved}");
}

#[test]
fn hidden_metadata_are_hidden_at_replicas_and_behind_long_names() {
    let server = Server::start();
    let replica = Replica::new().project("copy").metadata("owner", "USER").tag("tag");
    let config = config(&server.url()).hide_metadata(true).revision_id("REVISION").replica(replica);
    let replicas = Arc::new(Replicas::new(config.build().unwrap()));
    let name = format!("{}END", "n".repeat(200));
    RunTree::builder(name).metadata("user", "USER").sink(replicas.clone()).build().post().end().patch();
    assert!(replicas.flush(LONG).is_lossless());
    assert_hidden(&server, &["USER", "REVISION", "END", "full_name"], &["tag"]);
    assert_eq!(sent(&server, ".extra")[0]["metadata"], json!({}));
}

#[test]
fn files_are_hidden_or_shown_on_request() {
    let (server, _) = run_through(|config| config.redaction(Redaction::new().hide_attachments(true)));
    assert_hidden(&server, &["FILE"], &["QUESTION", "ANSWER"]);
    let shown = Redaction::new().hide_inputs(true).hide_attachments(false);
    let (server, _) = run_through(|config| config.redaction(shown));
    assert_hidden(&server, &["QUESTION"], &["FILE", "ANSWER"]);
}

#[test]
fn usage_that_the_program_has_set_stays_without_outputs() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).hide_outputs(true));
    let run = RunTree::builder("model").sink(exporter.clone()).build();
    run.set_usage(json!({"input_tokens": 17}));
    run.end_with(json!({"answer": "ANSWER"}));
    run.post();
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(sent(&server, ".extra")[0]["metadata"]["usage_metadata"]["input_tokens"], 17);
}

fn from(pairs: &[(&str, &str)]) -> Config {
    let vars: HashMap<_, _> = pairs.iter().copied().collect();
    Config::from_vars(|name| vars.get(name).map(|value| (*value).to_owned())).unwrap()
}

#[test]
fn the_environment_hides_too() {
    for prefix in ["LANGSMITH", "LANGCHAIN"] {
        for (suffix, hidden, shown) in [
            ("HIDE_INPUTS", "QUESTION", "ANSWER"),
            ("HIDE_OUTPUTS", "ANSWER", "QUESTION"),
            ("HIDE_METADATA", "USER", "QUESTION"),
            ("HIDE_ERRORS", "FAILURE", "QUESTION"),
        ] {
            let server = Server::start();
            let name = format!("{prefix}_{suffix}");
            let config =
                from(&[("LANGSMITH_TRACING", "1"), ("LANGSMITH_ENDPOINT", &server.url()), (&name, "true")]);
            let exporter = Arc::new(traceable_exporter::Exporter::new(config));
            model_run(exporter.clone());
            RunTree::builder("fails").sink(exporter.clone()).build().end_with_error("FAILURE").post();
            assert!(exporter.flush(LONG).is_lossless());
            assert_hidden(&server, &[hidden], &[shown]);
        }
    }
    // errors follow inputs and outputs, unless it is said
    let both = [("LANGSMITH_HIDE_INPUTS", "1"), ("LANGSMITH_HIDE_OUTPUTS", "1")];
    let shown = [&both[..], &[("LANGSMITH_HIDE_ERRORS", "false")]].concat();
    assert!(format!("{:?}", from(&both)).contains("hides_errors: true"));
    assert!(format!("{:?}", from(&shown)).contains("hides_errors: false"));
}

#[test]
fn a_switch_that_is_not_clearly_off_hides() {
    let shown = from(&[]);
    for word in ["false", "0", "No", "OFF", " "] {
        assert_eq!(from(&[("LANGSMITH_HIDE_INPUTS", word)]), shown, "{word}");
    }
    for word in ["true", "1", "yes", "on", "TRUE", "please"] {
        assert_ne!(from(&[("LANGSMITH_HIDE_INPUTS", word)]), shown, "{word}");
    }
    assert_eq!(from(&[("LANGSMITH_HIDE_INPUTS", "1")]), from(&[("LANGCHAIN_HIDE_INPUTS", "true")]));
}

#[test]
fn what_was_hidden_before_stays_hidden_unless_shown() {
    let local = || Config::builder().endpoint("http://127.0.0.1:9");
    let hidden = local().hide_inputs(true).build().unwrap();
    let kept = local().hide_inputs(true).redaction(Redaction::new()).build().unwrap();
    assert_eq!(hidden, kept);
    let shown = local().hide_inputs(true).redaction(Redaction::new().hide_inputs(false)).build().unwrap();
    assert_ne!(hidden, shown);
    // `Debug` shows the setting
    assert!(format!("{hidden:?}").contains("inputs: Some(hidden)"), "{hidden:?}");
}
