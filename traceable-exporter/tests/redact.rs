//! Switches and functions hide parts of runs, and a part whose function fails becomes a marker.

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{LONG, config, exporter, parts_of};
use traceable_core::testing::Recorder;
use traceable_core::{Attachment, Payload, RunOperation, RunSink, RunTree, TracingContext, trace};
use traceable_exporter::{
    Anonymizer, Config, ConfigBuilder, JsonLines, RedactingSink, Redaction, Replica, Replicas, Spool, replay,
};

/// The bodies of all parts whose names end in `suffix`.
fn sent(server: &Server, suffix: &str) -> Vec<Value> {
    let parts = server.requests().iter().flat_map(parts_of).collect::<Vec<_>>();
    parts.iter().filter(|part| part.name.ends_with(suffix)).map(|part| part.json()).collect()
}

fn everything(server: &Server) -> String {
    server.requests().iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
}

/// A run of a model, with every kind of data.
fn model_run(sink: Arc<dyn RunSink>) {
    let model = || trace("model").input("question", "QUESTION").metadata("user", "USER").tag("tag");
    TracingContext::new().sink(sink).scope(|| {
        model().scope(|run| {
            run.add_extra("invocation_params", json!({"system": "PARAMETER"}));
            run.add_event(json!({"name": "new_token", "kwargs": {"token": "TOKEN"}}));
            run.add_attachment("file", Attachment::new("text/plain", &b"FILE"[..]));
            run.add_outputs(
                json!({"answer": "ANSWER", "usage_metadata": {"input_tokens": 17, "note": "NOTE"}}),
            );
        });
    });
}

fn run_through(settings: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> (Server, u64) {
    let server = Server::start();
    let exporter = exporter(settings(config(&server.url()).revision_id("REVISION").batch_delay(LONG)));
    model_run(exporter.clone());
    assert!(exporter.flush(LONG).is_lossless());
    let failed = exporter.stats().redactions_failed;
    (server, failed)
}

fn assert_hidden(server: &Server, hidden: &[&str], shown: &[&str]) {
    let all = everything(server);
    for word in hidden {
        assert!(!all.contains(word), "{word} in {all}");
    }
    for word in shown {
        assert!(all.contains(word), "{word} not in {all}");
    }
}

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

#[test]
fn functions_change_what_they_are_given() {
    let redaction = Redaction::new()
        .inputs(|mut inputs| {
            inputs["question"] = "[question]".into();
            inputs
        })
        .outputs(|outputs| json!({"answer": "[answer]", "usage_metadata": {"input_tokens": outputs["usage_metadata"]["input_tokens"]}}))
        .metadata(|metadata| {
            assert_eq!(metadata["user"], "USER");
            json!({"user": "somebody"})
        });
    let (server, failed) = run_through(|config| config.redaction(redaction));
    assert_eq!(failed, 0);
    assert_hidden(
        &server,
        &["QUESTION", "ANSWER", "NOTE", "USER", "TOKEN"],
        &["FILE", "[question]", "[answer]"],
    );
    let expected = json!({"user": "somebody", "ls_method": "trace", "revision_id": "REVISION"});
    assert_eq!(sent(&server, ".extra")[0]["metadata"], expected);
    // a result that is no object becomes one
    let redaction = Redaction::new().inputs(|_| Value::Null).outputs(|_| json!([1]));
    let (server, _) = run_through(|config| config.redaction(redaction));
    assert_eq!(sent(&server, ".inputs"), [json!({})]);
    assert_eq!(sent(&server, ".outputs"), [json!({"output": [1]})]);
}

#[test]
fn a_part_that_cannot_be_redacted_is_not_sent_but_counted() {
    let panics = |_: Value| -> Value { panic!("on purpose") };
    let redaction = Redaction::new().inputs(panics).outputs(panics).metadata(panics);
    let (server, failed) = run_through(|config| config.redaction(redaction));
    // inputs once, outputs once, metadata twice: with the start and with the end
    assert_eq!(failed, 4);
    assert_hidden(&server, &["QUESTION", "ANSWER", "NOTE", "USER"], &["FILE"]);
    let marker = "[not recorded: its redaction panicked]";
    assert_eq!(sent(&server, ".inputs"), [json!({"inputs": marker})]);
    assert_eq!(sent(&server, ".outputs"), [json!({"outputs": marker})]);
    assert_eq!(sent(&server, ".extra")[0]["metadata"]["metadata"], marker);
}

#[test]
fn a_part_too_large_after_redaction_or_too_deep_to_read_is_not_sent() {
    /// Passes runs on with inputs that no capture makes.
    struct Deep(RedactingSink);
    impl RunSink for Deep {
        fn submit(&self, mut operation: RunOperation) {
            let depth = 127;
            let deep = format!("{{\"DEEP\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
            operation.inputs = Some(Payload::from_json(deep.as_bytes()).unwrap());
            self.0.submit(operation);
        }
    }

    let recorder = Recorder::new();
    let redaction = Redaction::new().inputs(|inputs| inputs).outputs(|_| json!({"a": "x".repeat(11 << 20)}));
    let sink = Arc::new(Deep(RedactingSink::new(redaction, recorder.sink())));
    let run = RunTree::builder("run").sink(sink.clone()).build();
    run.end_with(json!({"a": 1}));
    run.post();
    assert_eq!(sink.0.redactions_failed(), 2);
    let run = recorder.run("run");
    assert_eq!(run.inputs, json!({"inputs": "[not recorded: it cannot be read to be redacted]"}));
    assert_eq!(run.outputs, json!({"outputs": "[not recorded: larger than 10 MiB when redacted]"}));
}

/// Redaction rounds no number that it leaves as it is.
#[test]
fn whole_numbers_of_128_bits_are_sent_as_they_are() {
    let (n, server) = (u128::MAX, Server::start());
    let replica = Replica::new().metadata("replica", "yes");
    let redaction = Redaction::new().anonymizer(Anonymizer::secrets());
    let exporter = exporter(config(&server.url()).redaction(redaction).replica(replica).batch_delay(LONG));
    let key = "sk-aB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3d";
    TracingContext::new().sink(exporter.clone()).metadata("n", n).metadata("key", key).scope(|| {
        trace("block").extra("own", key).input("n", n).input("key", key).scope(|run| {
            run.add_outputs(HashMap::from([("n", n)]));
        });
    });
    assert!(exporter.flush(LONG).is_lossless());
    let all = everything(&server);
    assert_eq!(all.matches(&format!("\"n\":{n}")).count(), 3, "{all}");
    assert!(all.contains("\"replica\":\"yes\"") && !all.contains(key), "{all}");
}

#[test]
fn the_call_is_untouched_by_what_its_redaction_does() {
    let recorder = Recorder::new();
    let redaction = Redaction::new().outputs(|_| {
        // runs of traced code in here are not recorded
        trace("inner").scope(|_| ());
        panic!("on purpose")
    });
    let sink: Arc<dyn RunSink> = Arc::new(RedactingSink::new(redaction, recorder.sink()));
    let context = TracingContext::new().sink(sink);
    let result = context.scope(|| {
        trace("outer").scope(|run| {
            run.add_outputs(json!({"secret": 1}));
            17
        })
    });
    assert_eq!(result, 17);
    assert_eq!(recorder.forest().render(), "outer");
    assert_eq!(recorder.run("outer").outputs, json!({"outputs": "[not recorded: its redaction panicked]"}));
}

#[test]
fn any_sink_can_be_wrapped() {
    let recorder = Recorder::new();
    let redaction = Redaction::new().hide_inputs(true).hide_outputs(true).hide_metadata(true);
    let sink = Arc::new(RedactingSink::new(redaction, recorder.sink()));
    model_run(sink.clone());
    assert!(sink.flush(LONG));
    assert_eq!(sink.redactions_failed(), 0);
    let run = recorder.run("model");
    assert_eq!((run.inputs, run.outputs), (json!({}), json!({})));
    assert_eq!(Value::from(run.metadata), json!({"ls_method": "trace"}));
    assert!(run.attachments.is_empty());
}

/// A bug that LangSmith's SDK once had: it hid nothing below a parent in another process.
#[test]
fn a_child_of_another_process_is_redacted_as_any_other() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).hide_inputs(true).hide_outputs(true).hide_metadata(true));
    let client = RunTree::builder("client").metadata("user", "USER").sink(exporter.clone()).build();
    let headers: HashMap<_, _> = client.to_headers().into_iter().collect();
    let remote = RunTree::from_headers(&headers).unwrap().unwrap();
    let context = TracingContext::new().sink(exporter.clone());
    context.scope(|| {
        trace("server").parent(&remote).input("question", "QUESTION").scope(|run| {
            run.add_outputs(json!({"answer": "ANSWER"}));
            run.add_metadata("own", "USER");
        });
    });
    assert!(exporter.flush(LONG).is_lossless());
    let mains = support::mains(&server.requests()[0]);
    assert_eq!(mains[0].1["trace_id"], client.trace_id().unwrap().to_string());
    assert_eq!(mains[0].1["parent_run_id"], client.id().unwrap().to_string());
    assert_hidden(&server, &["QUESTION", "ANSWER", "USER"], &["server"]);
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
