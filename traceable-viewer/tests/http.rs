//! Responses that are no success, and who may call.

mod common;

use common::{A, MULTIPART, gzip, multipart, server, server_with};
use serde_json::json;
use traceable_viewer::{Viewer, ViewerError};

#[test]
fn info_has_the_shape_clients_need() {
    let server = server();
    for path in ["/info", "/api/info", "/api/v1/info", "/v1/info"] {
        let reply = server.send("GET", path, &[], b"");
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.json(),
            json!({"version": "0.18.0",
                "instance_flags": {"zstd_compression_enabled": true, "gzip_body_enabled": true},
                "batch_ingest_config": {"use_multipart_endpoint": true, "size_limit": 100,
                    "size_limit_bytes": 20_971_520, "scale_up_qsize_trigger": 1000,
                    "scale_up_nthreads_limit": 16, "scale_down_nempty_trigger": 4}})
        );
    }
}

#[test]
fn every_refusal_says_why() {
    let server = server();
    let body = multipart(&[(&format!("post.{A}"), "{}")]);
    let json_type = ("Content-Type", "application/json");
    for (status, method, path, headers, body) in [
        (404, "GET", "/nowhere", vec![], &b""[..]),
        (405, "GET", "/runs/multipart", vec![], b""),
        (415, "POST", "/runs/multipart", vec![json_type], b"{}"),
        (415, "POST", "/runs/multipart", vec![], b""),
        (400, "POST", "/runs/multipart", vec![("Content-Type", "multipart/form-data")], &body),
        (400, "POST", "/runs/multipart", vec![("Content-Type", "multipart/form-data; boundary=x")], &body),
        (
            415,
            "POST",
            "/runs/multipart",
            vec![("Content-Type", MULTIPART), ("Content-Encoding", "br")],
            &body,
        ),
        (
            400,
            "POST",
            "/runs/multipart",
            vec![("Content-Type", MULTIPART), ("Content-Encoding", "gzip")],
            &body,
        ),
        (415, "POST", "/runs/batch", vec![("Content-Type", "image/png")], b"{}"),
        (422, "POST", "/runs/batch", vec![json_type], b"[]"),
        (422, "POST", "/runs/batch", vec![json_type], b"{\"post\":5}"),
        (400, "POST", "/runs", vec![json_type], b"{"),
        (422, "POST", "/runs", vec![json_type], b"5"),
        (422, "PATCH", "/runs/12", vec![json_type], b"{}"),
    ] {
        let reply = server.send(method, path, &headers, body);
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.body);
        assert!(!reply.json()["detail"].is_null(), "{}", reply.body);
    }
}

#[test]
fn decompression_bombs() {
    let server = server();
    let zeros = vec![b' '; 300 << 20];
    let compressed = zstd::encode_all(&zeros[..], 3).unwrap();
    let reply = server.send("POST", "/runs", &[("Content-Encoding", "zstd")], &compressed);
    assert_eq!(reply.status, 413, "{}", reply.body);

    let small = server_with(|builder| builder.max_body_bytes(1 << 20));
    let reply = small.send("POST", "/runs", &[("Content-Encoding", "gzip")], &gzip(&zeros[..4 << 20]));
    assert_eq!(reply.status, 413);
    let reply = small.send("POST", "/runs", &[], &zeros[..4 << 20]);
    assert_eq!(reply.status, 413, "seen by the client, though the body was not wanted");
}

#[test]
fn foreign_hosts_and_origins() {
    let server = server();
    assert_eq!(server.raw("GET", "/info", &[("Host", "evil.example")], b"").status, 403);
    assert_eq!(
        server.raw("GET", "/info", &[("Host", "localhost"), ("Origin", "http://evil.example")], b"").status,
        403
    );
    let port = server.viewer.address().port();
    assert_eq!(server.raw("GET", "/info", &[("Host", &format!("127.0.0.1:{port}"))], b"").status, 200);
}

#[test]
fn tokens() {
    let open = Viewer::builder().db("never-made.db").host("0.0.0.0").port(0).start();
    assert!(matches!(open, Err(ViewerError::TokenRequired(_))));
    assert!(open.unwrap_err().to_string().contains("--token"));
    assert!(!std::path::Path::new("never-made.db").exists());

    let server = server_with(|builder| builder.host("0.0.0.0").token("secret"));
    let get = |headers: &[(&str, &str)]| server.raw("GET", "/info", headers, b"").status;
    assert_eq!(get(&[("Host", "any.example")]), 401);
    assert_eq!(get(&[("Host", "any.example"), ("x-api-key", "wrong")]), 401);
    assert_eq!(get(&[("Host", "any.example"), ("x-api-key", "secret")]), 200);
    assert_eq!(get(&[("Host", "any.example"), ("Authorization", "Bearer secret")]), 200);
}

#[test]
fn warnings_reach_the_owner_without_control_characters() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = std::sync::Arc::clone(&lines);
    let server =
        server_with(|builder| builder.on_warning(move |line| kept.lock().unwrap().push(line.to_owned())));
    let bad: Vec<_> = (0..9).map(|n| (format!("x\u{1b}[2J{n}"), "{}")).collect();
    let parts: Vec<_> = bad.iter().map(|(name, body)| (name.as_str(), *body)).collect();
    assert_eq!(server.multipart(&parts).status, 422);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("x[2J0 was refused") && lines[5].starts_with("4 more"), "{lines:?}");
}
