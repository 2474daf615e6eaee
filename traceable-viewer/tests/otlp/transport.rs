//! Routes, encodings, compressions, and what is answered.

use std::io::Write;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::{Value, json};

use crate::common::{gzip, server, server_with};
use crate::spans::{PROTOBUF, request, send, span, trace};

const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");

fn as_json(name: &str) -> Value {
    json!({"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "svc"}}]},
        "scopeSpans": [{"scope": {"name": "lib"}, "spans": [{"traceId": "a8ed486bcdefa4ca27d49b1191e53d8d",
            "spanId": "41E6BA79BE698BA5", "name": name, "kind": 1, "startTimeUnixNano": "1795357087784420096",
            "endTimeUnixNano": "1795357087794212096", "status": {},
            "attributes": [{"key": "n", "value": {"intValue": "5"}}]}]}]}]})
}

#[test]
fn every_route_that_exporters_build() {
    let server = server();
    for (at, path) in [
        "/v1/traces",
        "/otel/v1/traces",
        "/api/otel/v1/traces",
        "/api/v1/traces",
        "/api/v1/otel/v1/traces",
        "/v1/otel/v1/traces",
    ]
    .into_iter()
    .enumerate()
    {
        let body = request(&Value::Null, vec![span(&json!({"id": 1, "trace": at + 1, "name": path}))]);
        let reply = server.send("POST", path, &[PROTOBUF], &body);
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    }
    assert_eq!(server.store().traces(10).unwrap().len(), 6);
    assert_eq!(server.send("POST", "/v1/metrics", &[PROTOBUF], b"").status, 404);
    assert_eq!(server.send("GET", "/v1/traces", &[], b"").status, 405);
}

#[test]
fn json_is_answered_in_json() {
    let server = server();
    let reply = server.send("POST", "/v1/traces", &[JSON], as_json("n").to_string().as_bytes());
    assert_eq!((reply.status, reply.json()), (200, json!({})));
    assert!(reply.head.contains("content-type: application/json"));
    let runs = trace(&server);
    assert_eq!((runs[0].name.as_str(), runs[0].project.as_str()), ("n", "svc"));
    assert_eq!(runs[0].start_us, Some(1_795_357_087_784_420));
    let extra: Value = serde_json::from_str(runs[0].extra.as_ref().unwrap()).unwrap();
    assert_eq!(extra["metadata"]["n"], 5);
    assert_eq!(extra["metadata"]["otel_span_id"], "41e6ba79be698ba5");
    assert_eq!(extra["otel"]["scope"]["name"], "lib");
}

#[test]
fn protobuf_is_answered_in_protobuf() {
    let server = server();
    let body = request(&Value::Null, vec![span(&json!({"id": 1}))]);
    let reply = send(&server, &body);
    assert!(reply.head.contains("content-type: application/x-protobuf"), "{}", reply.head);
    assert_eq!(ExportTraceServiceResponse::decode(reply.body.as_bytes()).unwrap(), Default::default());
}

#[test]
fn compressions() {
    let server = server();
    let deflate = |body: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let plain = request(&Value::Null, vec![span(&json!({"id": 1}))]);
    for (encoding, body) in [
        ("gzip", gzip(&plain)),
        ("zstd", zstd::encode_all(&plain[..], 3).unwrap()),
        ("deflate", deflate(&plain)),
        ("identity", plain.clone()),
    ] {
        let reply = server.send("POST", "/v1/traces", &[PROTOBUF, ("Content-Encoding", encoding)], &body);
        assert_eq!(reply.status, 200, "{encoding}: {}", reply.body);
    }
    assert_eq!(trace(&server).len(), 1, "a span that is sent again is the same run");
}

#[test]
fn refused_spans_are_counted() {
    let server = server();
    let spans = vec![span(&json!({"id": 0})), span(&json!({"id": 1})), span(&json!({"trace": 0, "id": 2}))];
    let reply = send(&server, &request(&Value::Null, spans));
    assert_eq!(reply.status, 200);
    let partial = ExportTraceServiceResponse::decode(reply.body.as_bytes()).unwrap().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    assert!(partial.error_message.contains("not all of them zero"), "{}", partial.error_message);
    assert_eq!(trace(&server).len(), 1);
    let mut body = as_json("n");
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] = json!("12");
    let reply = server.send("POST", "/v1/traces", &[JSON], body.to_string().as_bytes());
    assert_eq!(reply.json()["partialSuccess"]["rejectedSpans"], "1");
}

#[test]
fn what_cannot_be_read() {
    let server = server();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    for (status, headers, body) in [
        (415, vec![("Content-Type", "text/plain")], b"x".to_vec()),
        (415, vec![], b"x".to_vec()),
        (415, vec![PROTOBUF, ("Content-Encoding", "br")], b"x".to_vec()),
        (400, vec![PROTOBUF], b"no protobuf".to_vec()),
        (400, vec![PROTOBUF, ("Content-Encoding", "gzip")], b"no gzip".to_vec()),
        (400, vec![JSON], b"{".to_vec()),
        (400, vec![JSON], b"[]".to_vec()),
        (400, vec![JSON], b"{\"resourceSpans\":{}}".to_vec()),
        (400, vec![JSON], deep("[", "]").into_bytes()),
    ] {
        let reply = server.send("POST", "/v1/traces", &headers, &body);
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.body);
        if headers.first() == Some(&PROTOBUF) {
            assert!(
                reply.head.contains("content-type: application/x-protobuf") && !reply.body.starts_with('{')
            );
        } else {
            assert!(!reply.json()["message"].as_str().unwrap().is_empty());
        }
    }
    assert_eq!(send(&server, b"").status, 200, "a request without spans is none");
    let small = server_with(|builder| builder.max_body_bytes(1000));
    assert_eq!(send(&small, &vec![0; 2000]).status, 413);
}

#[test]
fn projects() {
    let named = |headers: &[(&str, &str)], resource: Value, attributes: Value| {
        let server = server();
        let body = request(&resource, vec![span(&json!({"id": 1, "attributes": attributes}))]);
        let headers = [&[PROTOBUF], headers].concat();
        assert_eq!(server.send("POST", "/v1/traces", &headers, &body).status, 200);
        trace(&server)[0].project.clone()
    };
    let header = [("Langsmith-Project", "header")];
    let both = json!({"service.name": "svc", "openinference.project.name": "phoenix"});
    let attribute = json!({"langsmith.trace.session_name": "attribute"});
    assert_eq!(named(&header, both.clone(), attribute), "attribute");
    assert_eq!(named(&header, both.clone(), json!({})), "header");
    assert_eq!(named(&[], both, json!({})), "phoenix");
    assert_eq!(named(&[], json!({"service.name": "svc"}), json!({})), "svc");
    assert_eq!(named(&[], json!({"service.name": "unknown_service:python"}), json!({})), "default");
    assert_eq!(named(&[], json!({}), json!({})), "default");
}
