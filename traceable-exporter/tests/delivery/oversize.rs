//! A run that is larger than the server takes: as much of it as possible arrives, and markers replace the rest.

use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config, exporter, parts_of};
use serde_json::{Value, json};
use traceable_core::{Attachment, RunTree};

const LIMIT: usize = 50_000;

/// Servers that state their limit in `/info`, and servers that only answer 413; each with and without multipart.
fn servers() -> Vec<(Server, bool)> {
    let mut all = Vec::new();
    for (says_so, multipart) in [(true, true), (true, false), (false, true), (false, false)] {
        let server = Server::start();
        let limit = if says_so { LIMIT } else { 1 << 30 };
        server.set_info(&format!(
            r#"{{"batch_ingest_config":{{"use_multipart_endpoint":{multipart},"size_limit_bytes":{limit}}}}}"#
        ));
        server.rule(|request| Answer::Status(if request.body.len() > LIMIT { 413 } else { 202 }));
        all.push((server, multipart));
    }
    all
}

/// Sends one run with parts of these sizes. Returns the fields that arrived, by name, and the warnings.
fn send(server: &Server, multipart: bool, sizes: [usize; 3]) -> (Value, Vec<String>) {
    let warnings = Warnings::default();
    let exporter = exporter(config(&server.url()).on_warning(warnings.handler()));
    let [attachment, outputs, inputs] = sizes.map(|size| "x".repeat(size));
    let run = RunTree::builder("large").inputs(json!({"q": inputs})).sink(exporter.clone()).build();
    if !attachment.is_empty() && multipart {
        run.add_attachment("file", Attachment::new("text/plain", attachment.into_bytes()));
    }
    // submitted once, so that one request holds all of it
    run.end_with(json!({"a": outputs})).post();
    let report = exporter.flush(LONG);
    assert!(report.is_lossless(), "{report}");
    let (request, _) = server.answered().into_iter().rfind(|(_, status)| *status == 202).unwrap();
    let fields = if multipart {
        let parts = parts_of(&request);
        let attachments = parts.iter().filter(|part| part.name.starts_with("attachment."));
        let mut fields = json!({"attachments": attachments.count()});
        for part in parts.iter().filter(|part| part.name.matches('.').count() == 2) {
            let name = part.name.rsplit('.').next().unwrap();
            if !part.name.starts_with("attachment.") {
                fields[name] = part.json();
            }
        }
        fields
    } else {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap();
        body["post"][0].take()
    };
    (fields, warnings.lines())
}

#[test]
fn attachments_are_trimmed_first() {
    for (server, multipart) in servers().into_iter().filter(|(_, multipart)| *multipart) {
        let (fields, warnings) = send(&server, multipart, [60_000, 10, 10]);
        assert_eq!(fields["attachments"], 0);
        assert_eq!(fields["outputs"]["a"], "x".repeat(10));
        assert_eq!(fields["inputs"]["q"], "x".repeat(10));
        assert_eq!(fields["extra"]["metadata"]["trimmed"], json!(["attachments"]));
        assert!(warnings[0].contains("\"large\" was sent without attachments:"), "{warnings:?}");
    }
}

#[test]
fn then_outputs_then_inputs() {
    for (server, multipart) in servers() {
        let marker = "[not sent: larger than the server takes]";
        let (fields, _) = send(&server, multipart, [60_000, 60_000, 10]);
        assert_eq!(fields["outputs"], json!({"outputs": marker}));
        assert_eq!(fields["inputs"]["q"], "x".repeat(10));
        assert_eq!(fields["extra"]["metadata"]["trimmed"], json!(["attachments", "outputs"]));

        let (fields, warnings) = send(&server, multipart, [0, 10, 60_000]);
        assert_eq!(fields["inputs"], json!({"inputs": marker}));
        assert_eq!(fields["extra"]["metadata"]["trimmed"], json!(["attachments", "outputs", "inputs"]));
        assert!(warnings[0].contains("without attachments, outputs and inputs"), "{warnings:?}");
    }
}

#[test]
fn a_run_that_stays_too_large_is_dropped_and_counted() {
    for (server, _) in servers() {
        let warnings = Warnings::default();
        let exporter = exporter(config(&server.url()).on_warning(warnings.handler()));
        let run = RunTree::builder("large").sink(exporter.clone()).build();
        run.add_metadata("blob", "x".repeat(60_000));
        run.post().end().patch();
        let report = exporter.flush(LONG);
        assert_eq!((report.dropped.too_large, report.delivered, report.remaining), (2, 0, 0));
        assert!(warnings.lines()[0].contains("\"large\" is dropped"), "{:?}", warnings.lines());
    }
}
