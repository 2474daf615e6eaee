//! Functions hide what they are asked to, and a part whose function fails becomes a marker.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use traceable_core::testing::Recorder;
use traceable_core::{Payload, RunOperation, RunSink, RunTree, TracingContext, trace};
use traceable_exporter::{Anonymizer, RedactingSink, Redaction, Replica};

use crate::model_run::{assert_hidden, everything, model_run, run_through, sent};
use crate::support::server::Server;
use crate::support::{LONG, config, exporter};

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
    let mains = crate::support::mains(&server.requests()[0]);
    assert_eq!(mains[0].1["trace_id"], client.trace_id().unwrap().to_string());
    assert_eq!(mains[0].1["parent_run_id"], client.id().unwrap().to_string());
    assert_hidden(&server, &["QUESTION", "ANSWER", "USER"], &["server"]);
}
