//! Rules and functions that the program adds to an anonymizer.
#![cfg(feature = "anonymizer")]

use std::sync::{Arc, Mutex};

use crate::support::secrets::samples;
use serde_json::{Value, json};
use traceable_core::testing::Recorder;
use traceable_core::{Attachment, RunSink, RunTree};
use traceable_exporter::{Anonymizer, Config, RedactingSink, Redaction};

fn through(anonymizer: Anonymizer, inputs: &Value) -> (Value, u64) {
    let recorder = Recorder::new();
    let sink = Arc::new(RedactingSink::new(Redaction::new().anonymizer(anonymizer), recorder.sink()));
    RunTree::builder("run").inputs(inputs).sink(sink.clone()).build().post();
    (recorder.run("run").inputs, sink.redactions_failed())
}

#[test]
fn rules_apply_in_order_and_may_use_groups_of_the_match() {
    let anonymizer = Anonymizer::new()
        .rule(r"(?i)\b(\w)[\w.]*@(?<host>[\w.]+)", "$1..@${host}")
        .unwrap()
        .rule("example", "$$")
        .unwrap();
    let inputs = json!({"a": "Ada.L@example.org and bob@example.org", "b": [1, "é@example.org"], "c@example.org": null});
    let expected = json!({"a": "A..@$.org and b..@$.org", "b": [1, "é..@$.org"], "c..@$.org": null});
    assert_eq!(through(anonymizer, &inputs), (expected, 0));
}

#[test]
fn rules_match_texts_and_not_the_json_they_are_in() {
    let anonymizer = Anonymizer::new().rule("^a\"b\n\u{1}é$", "x").unwrap();
    assert_eq!(through(anonymizer, &json!({"k": ["a\"b\n\u{1}é"]})).0, json!({"k": ["x"]}));
}

#[test]
fn a_malformed_rule_is_an_error_that_names_it() {
    for pattern in ["card (", r"(\d)\1", "(?=x)", "x*", "", "(?i)(a|)"] {
        let error = Anonymizer::new().rule(pattern, "").unwrap_err();
        assert_eq!(error.pattern(), pattern);
        assert!(error.to_string().contains("cannot be a rule"), "{error}");
    }
}

#[test]
fn secrets_and_rules_work_together() {
    let anonymizer = Anonymizer::secrets().rule("ada", "[name]").unwrap();
    let inputs = json!({"text": format!("ada has {}", samples()[0].text), "password": "ada"});
    let expected = json!({"text": "[name] has [SECRET_DETECTED]", "password": "[SECRET_DETECTED]"});
    assert_eq!(through(anonymizer, &inputs).0, expected);
}

#[test]
fn a_function_sees_every_text_with_its_location() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let locations = seen.clone();
    let anonymizer = Anonymizer::new().function(move |text, location| {
        locations.lock().unwrap().push((location.path().to_owned(), location.is_name(), text.to_owned()));
        (text == "hide").then(|| "hidden".to_owned())
    });
    let recorder = Recorder::new();
    let sink: Arc<dyn RunSink> =
        Arc::new(RedactingSink::new(Redaction::new().anonymizer(anonymizer), recorder.sink()));
    let run = RunTree::builder("n").run_type("kind").project("p").tags(["t", "hide"]).metadata("m", "hide");
    let run = run.inputs(json!({"i": ["hide"]})).serialized(json!({"s": "hide"})).sink(sink).build();
    run.add_attachment("hide", Attachment::new("text/x", &b"hide"[..]));
    run.add_attachment("j", Attachment::new("application/vnd.x+json; a=b", &b"{\"hide\": 1}"[..]));
    run.add_event(json!({"name": "hide", "time": "T"}));
    run.set_outputs(json!({"o": "hide"}));
    run.end_with_error("hide");
    run.post();
    let run = recorder.run("n");
    assert_eq!((&run.inputs, &run.outputs), (&json!({"i": ["hidden"]}), &json!({"o": "hidden"})));
    assert_eq!((run.tags, run.error.as_deref()), (vec!["t".to_owned(), "hidden".to_owned()], Some("hidden")));
    assert_eq!((&run.metadata["m"], run.serialized), (&json!("hidden"), Some(json!({"s": "hidden"}))));
    assert_eq!(run.events[0]["name"], "hidden");
    let files: Vec<_> = run.attachments.iter().map(|(name, file)| (name.as_str(), file.bytes())).collect();
    assert_eq!(files, [("hidden", &b"hidden"[..]), ("j", b"{\"hidden\": 1}")]);
    let seen = seen.lock().unwrap();
    for (path, is_name, text) in [
        ("/name", false, "n"),
        ("/run_type", false, "kind"),
        ("/project", false, "p"),
        ("/tags/1", false, "hide"),
        ("/metadata/m", true, "m"),
        ("/metadata/m", false, "hide"),
        ("/inputs/i", true, "i"),
        ("/inputs/i/0", false, "hide"),
        ("/outputs/o", false, "hide"),
        ("/serialized/s", false, "hide"),
        ("/events/0/name", false, "hide"),
        ("/error", false, "hide"),
        ("/attachments/0/content", false, "hide"),
        ("/attachments/0/type", false, "text/x"),
        ("/attachments/0/name", false, "hide"),
        ("/attachments/1/content/hide", true, "hide"),
    ] {
        assert!(seen.contains(&(path.to_owned(), is_name, text.to_owned())), "{path} {text} in {seen:?}");
    }
}

#[test]
fn a_field_whose_function_panics_is_not_sent() {
    let anonymizer = Anonymizer::new().function(|text, _| match text.contains("BAD") {
        true => panic!("on purpose"),
        false => None,
    });
    let recorder = Recorder::new();
    let sink = Arc::new(RedactingSink::new(Redaction::new().anonymizer(anonymizer), recorder.sink()));
    let run = RunTree::builder("BAD").run_type("BAD").project("BAD").tags(["t", "BAD"]).metadata("BAD", "x");
    let run =
        run.inputs(json!({"i": ["BAD", "y"]})).serialized(json!({"s": "BAD"})).sink(sink.clone()).build();
    run.add_attachment("BAD", Attachment::new("text/x", &b"BAD"[..]));
    run.add_attachment("j", Attachment::new("application/json", &b"{\"a\": \"BAD\"}"[..]));
    run.add_event(json!({"name": "n", "time": "BAD"}));
    run.set_outputs(json!({"BAD": "z"}));
    run.end_with_error("BAD");
    run.post();
    let runs = recorder.runs();
    let text = format!("{runs:?}") + &String::from_utf8_lossy(runs[0].attachments[1].1.bytes());
    assert!(!text.contains("BAD") && text.contains("[not recorded: its redaction panicked]"), "{text}");
    assert_eq!(runs[0].tags[0], "t");
    assert_eq!(sink.redactions_failed(), 13);
}

#[test]
fn a_text_that_is_no_valid_unicode_hides_no_secret() {
    let json = r#"{"a": "\ud800 sk-aB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3d"}"#;
    let half: Box<serde_json::value::RawValue> = serde_json::from_str(json).unwrap();
    let recorder = Recorder::new();
    let redaction = Redaction::new().anonymizer(Anonymizer::secrets());
    let sink = Arc::new(RedactingSink::new(redaction, recorder.sink()));
    RunTree::builder("run").inputs(&half).sink(sink.clone()).build().post();
    assert_eq!(recorder.run("run").inputs, json!({"a": "\u{fffd} [SECRET_DETECTED]"}));
    assert_eq!(sink.redactions_failed(), 0);
}

#[test]
fn a_run_is_never_left_without_a_name() {
    let recorder = Recorder::new();
    let redaction = Redaction::new().anonymizer(Anonymizer::new().rule(".+", "").unwrap());
    RunTree::builder("ada")
        .project("ada")
        .sink(Arc::new(RedactingSink::new(redaction, recorder.sink())))
        .build()
        .post();
    assert_eq!(recorder.runs()[0].name, "[redacted]");
    assert_eq!(recorder.runs()[0].project, None);
}

#[test]
fn settings_with_the_same_rules_are_the_same() {
    let config = |anonymizer| {
        let redaction = Redaction::new().anonymizer(anonymizer);
        Config::builder().endpoint("http://127.0.0.1:9").redaction(redaction).build().unwrap()
    };
    let rule = |pattern: &str| config(Anonymizer::secrets().rule(pattern, "x").unwrap());
    assert_eq!(rule("a"), rule("a"));
    assert_ne!(rule("a"), rule("b"));
    let function = Anonymizer::new().function(|_, _| None);
    assert_eq!(config(function.clone()), config(function.clone()));
    assert_ne!(config(function), config(Anonymizer::new().function(|_, _| None)));
}
