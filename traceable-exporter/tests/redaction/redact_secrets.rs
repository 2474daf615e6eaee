//! No secret leaves the process: not in requests, on disk, or in warnings.
#![cfg(feature = "anonymizer")]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::secrets::{Sample, samples};
use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config, exporter};
use serde_json::json;
use traceable_core::testing::Recorder;
use traceable_core::{Attachment, RunTree, RunType};
use traceable_exporter::{Anonymizer, RedactingSink, Redaction, Spool, replay};

const MARK: &str = "[SECRET_DETECTED]";

/// The forms of a text in a request: plain, in JSON, and in JSON within JSON.
fn looks(secret: &str) -> Vec<String> {
    let escape = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let once = escape(secret);
    let twice = escape(&once);
    vec![secret.to_owned(), once, twice]
}

/// A text in which many secrets are searched for.
struct Seen {
    text: String,
    /// All parts of eight bytes: one that is not among them need not be searched for.
    parts: HashSet<[u8; 8]>,
}

impl Seen {
    fn new(bytes: &[u8]) -> Seen {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let parts = text.as_bytes().windows(8).map(|part| part.try_into().unwrap()).collect();
        Seen { text, parts }
    }

    fn find(&self, look: &str) -> Option<usize> {
        let is_there = look.as_bytes().first_chunk().is_none_or(|first| self.parts.contains(first));
        if is_there { self.text.find(look) } else { None }
    }
}

/// Asserts that neither the secret nor a long part of it is there.
fn assert_absent(what: &str, seen: &Seen, secret: &str) {
    let text = &seen.text;
    let letters: Vec<char> = secret.chars().collect();
    let parts = letters.windows(letters.len().min(8)).map(|part| part.iter().collect::<String>());
    for look in parts.flat_map(|part| looks(&part)) {
        if let Some(at) = seen.find(&look) {
            let before = text.floor_char_boundary(at.saturating_sub(120));
            panic!("{what}: {look:?} in {:?}", &text[before..at + look.len()]);
        }
    }
}

/// Submits a run with this text in every place that takes one.
fn run_with(text: &str, sink: std::sync::Arc<dyn traceable_core::RunSink>) {
    let long = format!("{}\n{text}\n{}", "before ".repeat(300), "after ".repeat(300));
    let run = RunTree::builder(format!("run {text}"))
        .run_type(RunType::Llm)
        .project(format!("project {text}"))
        .tags([format!("tag {text}"), "plain".to_owned(), text.to_owned()])
        .metadata("value", text)
        .metadata(&format!("name {text}"), json!([{"deep": {text: long}}]))
        .serialized(json!({"kwargs": {"text": [text]}}))
        .inputs(json!({"messages": [{"content": long, "n": 1.5}], text: text, "two": format!("{text} and {text}")}))
        .sink(sink)
        .build();
    run.add_event(json!({"name": text, "kwargs": {"text": [long]}}));
    run.add_attachment(text, Attachment::new("text/plain; charset=utf-8", text.as_bytes()));
    run.add_attachment(
        "b.json",
        Attachment::new("application/json", json!({text: [text]}).to_string().into_bytes()),
    );
    run.post();
    run.set_outputs(json!({"as one": json!({"inner": text}).to_string(), "list": [[[text]]]}));
    run.end_with_error(format!("failed\n\nCaused by:\n  0: {text}"));
    run.patch();
}

fn secrets() -> Redaction {
    Redaction::new().anonymizer(Anonymizer::secrets())
}

#[test]
fn no_field_of_any_request_has_a_secret_of_any_family() {
    for Sample { family, text, secret } in samples() {
        let server = Server::start();
        let warnings = Warnings::default();
        let config = config(&server.url()).on_warning(warnings.handler()).redaction(secrets());
        let exporter = exporter(config);
        run_with(&text, exporter.clone());
        // a custom run type is a text too
        let odd = RunTree::builder("odd").run_type(text.clone()).sink(exporter.clone()).build();
        odd.post().end().patch();
        assert!(exporter.flush(LONG).is_lossless(), "{family}: {:?}", warnings.lines());
        assert_eq!(exporter.stats().redactions_failed, 0);
        let mut marks = 0;
        for request in server.requests() {
            let headers = format!("{:?}", request.headers);
            for bytes in [&request.body[..], headers.as_bytes()] {
                assert_absent(family, &Seen::new(bytes), &secret);
            }
            marks += String::from_utf8_lossy(&request.body).matches(MARK).count();
        }
        assert!(marks >= 20, "{family}: {marks}");
    }
}

#[test]
fn the_batch_endpoint_and_retries_see_no_secret_either() {
    let server = Server::without_info();
    server.script([Answer::Status(404), Answer::Status(503), Answer::Status(429)]);
    let exporter = exporter(config(&server.url()).redaction(secrets()));
    for sample in samples() {
        run_with(&sample.text, exporter.clone());
    }
    assert!(exporter.flush(LONG).is_lossless());
    assert!(server.requests().iter().any(|request| request.path == "/runs/batch"));
    for request in server.requests() {
        let seen = Seen::new(&request.body);
        for Sample { family, secret, .. } in samples() {
            assert_absent(family, &seen, &secret);
        }
    }
}

/// The content of all files below a folder.
fn on_disk(folder: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { on_disk(&path) } else { std::fs::read(&path).unwrap_or_default() });
    }
    all
}

#[test]
fn the_disk_sees_no_secret() {
    let server = Server::start();
    server.rule(|_| Answer::Status(503));
    let (spool, failed) = (Scratch::new(), Scratch::new());
    let settings = || config(&server.url()).compression(None).redaction(secrets());
    let spooling = exporter(settings().spool(Spool::new(spool.path())));
    let dropping = exporter(settings().failed_traces(failed.path(), 1 << 30).retry_timeout(Duration::ZERO));
    for sample in samples() {
        run_with(&sample.text, spooling.clone());
        run_with(&sample.text, dropping.clone());
    }
    assert!(dropping.flush(LONG).is_complete());
    let begun = Instant::now();
    while spooling.stats().on_disk == 0 {
        assert!(begun.elapsed() < LONG);
        let _ = spooling.flush(Duration::from_millis(20));
    }
    // the files are base64, so that this checks the requests that a replay makes of them
    let later = Server::start();
    let replayed = replay(failed.path(), &config(&later.url()).build().unwrap()).unwrap();
    assert!(replayed.delivered > 0 && replayed.left == 0);
    let resent = later.requests().into_iter().flat_map(|request| request.body).collect();
    for (what, all) in [("spool", on_disk(spool.path())), ("failed traces", resent)] {
        let seen = Seen::new(&all);
        assert!(seen.text.contains(MARK), "{what}: {} bytes", all.len());
        for Sample { secret, .. } in samples() {
            assert_absent(what, &seen, &secret);
        }
    }
}

#[test]
fn warnings_name_runs_as_they_were_sent() {
    let server = Server::start();
    // the server's answer repeats the request
    server.rule(|request| Answer::Text(422, String::from_utf8_lossy(&request.body).into_owned()));
    let warnings = Warnings::default();
    let settings = || config(&server.url()).on_warning(warnings.handler()).redaction(secrets());
    for (small, sample) in samples().iter().enumerate() {
        let exporter = exporter(if small % 2 == 0 { settings().batch_bytes(16) } else { settings() });
        run_with(&sample.text, exporter.clone());
        let _ = exporter.flush(LONG);
    }
    let lines = warnings.lines().join("\n");
    assert!(lines.contains("run \"run ") && lines.contains(MARK) && lines.contains("rejects"), "{lines}");
    for Sample { family, secret, .. } in samples() {
        assert_absent(family, &Seen::new(lines.as_bytes()), &secret);
    }
}

#[test]
fn values_under_a_secret_name_are_replaced() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).redaction(secrets()));
    let inputs = json!({
        "user": "ada",
        "password": "hunter2",
        "db": {"API-Key": ["correct", ["horse"]], "apiKey": 1234567, "pin": 17},
        "headers": {"Authorization": "battery", "cookie": "staple", "accept": "text/html"},
        "schema": {"properties": {"password": {"type": "string", "minLength": 8}}},
        "Password": {"value": "correct", "of": [{"text": "horse"}], "length": 8, "description": "of the database"},
        "max_tokens": 4096,
        "token": "horse",
        "authorization_token": "horse",
        "credentials": ["battery", {"user": "horse"}],
        "dbPass": "staple",
        "logprobs": {"content": [{"token": "Hello", "logprob": -0.3, "top_logprobs": [{"token": "Hi"}]}]},
        "usage": {"prompt_tokens": 17, "completion_tokens_details": {"reasoning_tokens": 3}, "eos_token": "the end"},
        "next_page_token": "abcdefgh12345678",
        "secret": "",
        "private_key": null,
        "access_token": "<your token>",
    });
    let run =
        RunTree::builder("login").inputs(inputs).metadata("client_secret", "horse").sink(exporter.clone());
    run.build().post();
    assert!(exporter.flush(LONG).is_lossless());
    let parts = crate::support::parts_of(&server.requests()[0]);
    let part = |suffix: &str| parts.iter().find(|part| part.name.ends_with(suffix)).unwrap().json();
    let expected = json!({
        "user": "ada",
        "password": MARK,
        "db": {"API-Key": [MARK, [MARK]], "apiKey": MARK, "pin": 17},
        "headers": {"Authorization": MARK, "cookie": MARK, "accept": "text/html"},
        "schema": {"properties": {"password": {"type": "string", "minLength": 8}}},
        "Password": {"value": MARK, "of": [{"text": MARK}], "length": 8, "description": "of the database"},
        "max_tokens": 4096,
        "token": MARK,
        "authorization_token": MARK,
        "credentials": [MARK, {"user": MARK}],
        "dbPass": MARK,
        "logprobs": {"content": [{"token": "Hello", "logprob": -0.3, "top_logprobs": [{"token": "Hi"}]}]},
        "usage": {"prompt_tokens": 17, "completion_tokens_details": {"reasoning_tokens": 3}, "eos_token": "the end"},
        "next_page_token": "abcdefgh12345678",
        "secret": "",
        "private_key": null,
        "access_token": "<your token>",
    });
    assert_eq!(part(".inputs"), expected);
    assert_eq!(part(".extra")["metadata"]["client_secret"], MARK);
}

/// The arguments of a command, one by one.
#[test]
fn what_follows_an_option_in_a_list_is_replaced() {
    let cases = [
        (json!(["-y", "--api-key", "correct", "--verbose"]), json!(["-y", "--api-key", MARK, "--verbose"])),
        (json!(["--password", "horse", "ada"]), json!(["--password", MARK, "ada"])),
        // lists of options, and what they are for
        (json!(["--password", "--token", "-t"]), json!(["--password", "--token", "-t"])),
        (json!([["--token", "The token to use"]]), json!([["--token", "The token to use"]])),
        (
            json!(["--max-tokens", "4096", "--tokenizer", "fast"]),
            json!(["--max-tokens", "4096", "--tokenizer", "fast"]),
        ),
    ];
    for (inputs, expected) in cases {
        let recorder = Recorder::new();
        let sink = std::sync::Arc::new(RedactingSink::new(secrets(), recorder.sink()));
        RunTree::builder("r").inputs(json!({"args": inputs})).sink(sink).build().post().end().patch();
        assert_eq!(recorder.run("r").inputs["args"], expected);
    }
}

#[test]
fn the_text_around_a_secret_stays() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).redaction(secrets()));
    let token = &samples()[0].text;
    let cases = [
        (format!("use {token}, then {token}."), format!("use {MARK}, then {MARK}.")),
        ("a=1&api_key=abcd1234&b=2".to_owned(), format!("a=1&api_key={MARK}&b=2")),
        ("run(password=hunter2) works".to_owned(), format!("run(password={MARK}) works")),
        ("GET /x?token=correcthorse&page=2".to_owned(), format!("GET /x?token={MARK}&page=2")),
        (
            "cmd=\"export DB_PASS=hunter2\" token_count=12345".to_owned(),
            format!("cmd=\"export DB_PASS={MARK}\" token_count=12345"),
        ),
        ("Your API key: abc123def, as asked".to_owned(), format!("Your API key: {MARK}, as asked")),
        (
            "deploy --token hunter22 --max-tokens 4096".to_owned(),
            format!("deploy --token {MARK} --max-tokens 4096"),
        ),
        // the words in front of a sign may be an option and its value
        ("--password hunter22 --verbose =x".to_owned(), format!("--password {MARK} --verbose =x")),
        ("run --api-key hunter22 mode: fast".to_owned(), format!("run --api-key {MARK} mode: fast")),
        ("--pass hunter22 secret=abcd1234".to_owned(), format!("--pass {MARK} secret={MARK}")),
        ("postgres://ada:hunter2@db/main?x=1".to_owned(), format!("postgres://{MARK}@db/main?x=1")),
        (
            "Authorization: Bearer abc123def\nAccept: */*".to_owned(),
            format!("Authorization: {MARK}\nAccept: */*"),
        ),
    ];
    for (text, _) in &cases {
        RunTree::builder("r").inputs(json!({"text": text})).sink(exporter.clone()).build().post();
    }
    assert!(exporter.flush(LONG).is_lossless());
    let parts: Vec<_> = server.requests().iter().flat_map(crate::support::parts_of).collect();
    let seen: Vec<_> =
        parts.iter().filter(|part| part.name.ends_with(".inputs")).map(|part| part.json()).collect();
    let expected: Vec<_> = cases.iter().map(|(_, expected)| json!({"text": expected})).collect();
    assert_eq!(seen, expected);
}

#[test]
fn attachments_that_are_no_text_stay() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).redaction(secrets()));
    let token = &samples()[0].text;
    let run = RunTree::builder("r").sink(exporter.clone()).build();
    run.add_attachment("image", Attachment::new("image/png", token.as_bytes()));
    run.add_attachment("xml", Attachment::new("application/atom+xml", token.as_bytes()));
    run.add_attachment(
        "lines",
        Attachment::new("application/x-ndjson", format!("{{\"a\":\"{token}\"}}\n{{}}").into_bytes()),
    );
    run.add_attachment("latin1", Attachment::new("text/plain", [b"caf\xe9 ", token.as_bytes()].concat()));
    run.add_attachment("clean latin1", Attachment::new("text/plain", &b"caf\xe9"[..]));
    run.post();
    assert!(exporter.flush(LONG).is_lossless());
    let parts = crate::support::parts_of(&server.requests()[0]);
    let body = |name: &str| parts.iter().find(|part| part.name.ends_with(name)).unwrap().body.clone();
    assert_eq!(body(".image"), token.as_bytes());
    assert_eq!(body(".xml"), MARK.as_bytes());
    assert_eq!(body(".lines"), format!("{{\"a\":\"{MARK}\"}}\n{{}}").into_bytes());
    assert_eq!(body(".latin1"), format!("caf\u{fffd} {MARK}").into_bytes());
    assert_eq!(body(".clean latin1"), b"caf\xe9");
}
