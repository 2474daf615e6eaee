//! What `/info` announces is what is accepted, in every shape of a body.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{A, B, MULTIPART, Server, eventually, gzip, multipart, server, server_with};

const JSON: &str = "application/json";

/// One body in every encoding.
fn encodings(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![("identity", body.to_vec()), ("gzip", gzip(body)), ("zstd", zstd::encode_all(body, 3).unwrap())]
}

fn len_of(server: &Server, id: &str, key: &str) -> usize {
    let run = server.run(id);
    let json = if key == "inputs" { run.inputs } else { run.outputs };
    let value: Value = serde_json::from_str(&json.unwrap()).unwrap();
    value["t"].as_str().unwrap().len()
}

/// Texts of one letter decompress like a bomb, and are none.
#[test]
fn nine_megabytes_of_one_letter_twice() {
    let text = "a".repeat(9 << 20);
    let server = server();
    let field = json!({"t": text}).to_string();
    let body = multipart(&[
        (&format!("post.{A}"), r#"{"name":"a"}"#),
        (&format!("post.{A}.inputs"), &field),
        (&format!("post.{B}"), r#"{"name":"b"}"#),
        (&format!("post.{B}.outputs"), &field),
    ]);
    let headers = [("Content-Type", MULTIPART), ("Content-Encoding", "zstd")];
    let reply = server.send("POST", "/runs/multipart", &headers, &zstd::encode_all(&body[..], 3).unwrap());
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!((len_of(&server, A, "inputs"), len_of(&server, B, "outputs")), (text.len(), text.len()));
}

#[test]
fn the_announced_size_fits_every_shape_of_body() {
    let announced = {
        let server = server();
        let info = server.send("GET", "/info", &[], b"").json();
        usize::try_from(info["batch_ingest_config"]["size_limit_bytes"].as_u64().unwrap()).unwrap()
    };
    let text = "b".repeat(announced);
    let run = json!({"id": A, "name": "a", "inputs": {"t": text}});
    for (path, content_type, body) in [
        ("/runs", JSON, run.to_string().into_bytes()),
        ("/runs/batch", JSON, json!({"post": [run]}).to_string().into_bytes()),
        ("/runs/multipart", MULTIPART, multipart(&[(&format!("post.{A}"), &run.to_string())])),
    ] {
        for (encoding, body) in encodings(&body) {
            let server = server();
            let headers = [("Content-Type", content_type), ("Content-Encoding", encoding)];
            let reply = server.send("POST", path, &headers, &body);
            assert_eq!(reply.status, 202, "{path} {encoding}: {}", reply.body);
            assert_eq!(len_of(&server, A, "inputs"), text.len(), "{path} {encoding}");
        }
    }
}

/// The bound is on what a body decompresses to, so it is the same in every encoding.
#[test]
fn one_byte_more_than_allowed_is_refused_in_every_encoding() {
    let run = |len: usize| {
        let empty = json!({"id": A, "name": ""}).to_string().len();
        json!({"id": A, "name": "c".repeat(len - empty)}).to_string().into_bytes()
    };
    let server = server_with(|builder| builder.max_body_bytes(1 << 20));
    for (len, status) in [(1 << 20, 202), ((1 << 20) + 1, 413)] {
        for (encoding, body) in encodings(&run(len)) {
            let headers = [("Content-Type", JSON), ("Content-Encoding", encoding)];
            let reply = server.send("POST", "/runs", &headers, &body);
            assert_eq!(reply.status, status, "{len} {encoding}: {}", reply.body);
        }
    }
}

/// A client that holds nearly all of two megabytes: it is about to send the end of its body.
fn hold(server: &Server) -> TcpStream {
    let mut other = TcpStream::connect(server.viewer.address()).unwrap();
    other.write_all(b"POST /runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1900000\r\n\r\n").unwrap();
    // the server refuses it while the bytes of the last request are still there
    let _ = other.write_all(&vec![b' '; 1_800_000]);
    other.set_nonblocking(true).unwrap();
    other
}

/// While others hold the memory, every route says when to come again; Python drops what it sent if it is not told.
#[test]
fn under_load_every_route_says_when_to_come_again() {
    let patient = Duration::from_secs(600);
    let server = server_with(|builder| builder.max_memory_bytes(2 << 20).idle_timeout(patient));
    let mut other = hold(&server);
    let body = vec![b' '; 600_000];
    for (method, path, content_type) in [
        ("POST", "/runs", JSON),
        ("PATCH", "/runs/01a2036e-0bea-710d-96ed-c3ae3327ba63", JSON),
        ("POST", "/runs/batch", JSON),
        ("POST", "/runs/multipart", MULTIPART),
        ("POST", "/v1/traces", JSON),
        ("POST", "/otel/v1/traces", "application/x-protobuf"),
    ] {
        // until the other's bytes have come, it is something else
        let mut patience = Duration::from_millis(10);
        let reply = eventually(|| {
            // the server does not wait for ever for the end of a body, and refuses the other if this one is faster
            if !matches!(other.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock) {
                other = hold(&server);
                patience *= 2;
                std::thread::sleep(patience);
            }
            let reply = server.send(method, path, &[("Content-Type", content_type)], &body);
            (reply.status == 429).then_some(reply)
        });
        assert!(reply.head.contains("retry-after: 1"), "{path}: {}", reply.head);
    }
}
