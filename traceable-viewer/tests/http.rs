//! Responses that are no success, and who may call.

mod common;

use std::io::{Read, Write};
use std::time::Duration;

use common::{A, B, C, MULTIPART, gzip, multipart, server, server_with};
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
            json!({"version": "0.18.0", "traceable_version": env!("CARGO_PKG_VERSION"),
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
        (422, "PATCH", "/runs/%ff", vec![json_type], b"{}"),
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
fn several_hosts_and_userinfo() {
    let server = server();
    for headers in [
        &[][..],
        &[("Host", "localhost"), ("Host", "evil.example")],
        &[("Host", "evil.example"), ("Host", "localhost")],
        &[("Host", "localhost@evil.example")],
        &[("Host", "user@localhost")],
        &[("Host", "localhost:99999")],
        &[("Host", "[::1%25lo]")],
        &[("Host", "localhost"), ("Origin", "http://localhost"), ("Origin", "http://evil.example")],
        &[("Host", "localhost"), ("Origin", "")],
    ] {
        let reply = server.raw("GET", "/info", headers, b"");
        assert!(matches!(reply.status, 400 | 403), "{headers:?}: {}", reply.status);
    }
    // the target of the request counts more than the header
    assert_eq!(server.raw("GET", "http://evil.example/info", &[("Host", "localhost")], b"").status, 403);
    for host in ["LOCALHOST.", "[::1]:1984", "a.localhost", "127.0.0.1."] {
        assert_eq!(server.raw("GET", "/info", &[("Host", host)], b"").status, 200, "{host}");
    }
}

#[test]
fn blank_tokens() {
    for blank in ["", " ", "\t", "\n", "\u{a0}"] {
        for host in ["127.0.0.1", "0.0.0.0"] {
            let error = Viewer::builder().db("never-made.db").host(host).port(0).token(blank).start();
            assert!(matches!(error, Err(ViewerError::BlankToken)), "{blank:?}");
        }
    }
    let error = Viewer::builder().db("never-made.db").port(0).token("two\nlines").start();
    assert!(matches!(error, Err(ViewerError::UnsendableToken)));
    assert!(!std::path::Path::new("never-made.db").exists());
    // as a file or a variable has it
    let server = server_with(|builder| builder.token("secret\n"));
    assert_eq!(server.send("GET", "/info", &[("x-api-key", "secret")], b"").status, 200);
    assert_eq!(server.send("GET", "/info", &[("x-api-key", "")], b"").status, 401);
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
    drop(server);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("x[2J0 was refused") && lines[5].starts_with("4 more"), "{lines:?}");
}

/// Connections that ask for nothing, or for something without end, in every way there is.
fn silent_clients(server: &common::Server, each: usize) -> Vec<std::net::TcpStream> {
    let beginnings: [&[u8]; 5] = [
        b"",
        b"GET",
        b"GET /info HTTP/1.1\r\nHost: localhost\r\nX: ",
        b"POST /runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        b"POST /runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ];
    let open = |bytes: &[u8]| {
        let mut stream = std::net::TcpStream::connect(server.viewer.address()).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    };
    beginnings.into_iter().cycle().take(each * beginnings.len()).map(open).collect()
}

#[test]
fn silent_clients_are_given_up() {
    let server = server_with(|builder| builder.idle_timeout(Duration::from_millis(300)));
    let mut clients = silent_clients(&server, 1);
    // one that has asked, and stays; and one that goes on sending its head, byte by byte
    let mut idle = std::net::TcpStream::connect(server.viewer.address()).unwrap();
    idle.write_all(b"GET /info HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    clients.push(idle);
    let mut drop_by_drop = std::net::TcpStream::connect(server.viewer.address()).unwrap();
    drop_by_drop.write_all(b"GET /info HTTP/1.1\r\nX: ").unwrap();
    while drop_by_drop.write_all(b"x").is_ok() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // each reads what there is, and then the end
    for mut client in clients {
        let mut said = Vec::new();
        match client.read_to_end(&mut said) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
    assert_eq!(server.send("GET", "/info", &[], b"").status, 200);
}

#[test]
fn a_body_that_stops_is_answered() {
    let server = server_with(|builder| builder.idle_timeout(Duration::from_millis(200)));
    let mut client = std::net::TcpStream::connect(server.viewer.address()).unwrap();
    client.write_all(b"POST /runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{").unwrap();
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 408 "), "{reply}");
}

#[test]
fn silent_clients_make_room_for_others() {
    let server = server_with(|builder| builder.max_connections(8).idle_timeout(Duration::from_secs(600)));
    let clients = silent_clients(&server, 2);
    for n in 0..5 {
        assert_eq!(server.json("POST", "/runs", &json!({"id": A, "name": format!("{n}")})).status, 202);
    }
    assert_eq!(server.run(A).name, "4");
    drop(clients);
}

#[test]
fn a_client_that_is_being_served_is_not_given_up() {
    let server = server_with(|builder| builder.max_connections(1).max_memory_bytes(64 << 20));
    let text = "text ".repeat(1 << 20);
    std::thread::scope(|scope| {
        for id in [A, B, C] {
            let (server, text) = (&server, &text);
            scope.spawn(move || {
                let run = json!({"id": id, "name": "n", "inputs": {"text": text}});
                assert_eq!(server.json("POST", "/runs", &run).status, 202);
            });
        }
    });
    assert!([A, B, C].into_iter().all(|id| server.find(id).is_some()));
}

#[test]
fn memory_of_all_requests() {
    let server = server_with(|builder| builder.max_memory_bytes(2 << 20).max_body_bytes(8 << 20));
    let run = |bytes: usize| json!({"id": A, "name": "n", "inputs": {"text": "x".repeat(bytes)}}).to_string();
    let post = |headers: &[(&str, &str)], body: &[u8]| server.send("POST", "/runs", headers, body);
    assert_eq!(post(&[], run(500_000).as_bytes()).status, 202);
    // what can never fit is refused for good, and what it held is given back
    for _ in 0..3 {
        assert_eq!(post(&[], run(3_000_000).as_bytes()).status, 413, "the body");
        assert_eq!(post(&[], run(1_500_000).as_bytes()).status, 413, "the body and a copy");
        let reply = post(&[("Content-Encoding", "gzip")], &gzip(run(4_000_000).as_bytes()));
        assert_eq!(reply.status, 413, "the body, decompressed");
        assert!(reply.body.contains("bytes of memory"), "{}", reply.body);
        let many = format!("{{\"post\":[{}]}}", vec!["0"; 300_000].join(","));
        assert_eq!(server.send("POST", "/runs/batch", &[], many.as_bytes()).status, 413, "many runs");
    }
    assert_eq!(post(&[], run(500_000).as_bytes()).status, 202);

    // what others hold may be free later
    let mut other = std::net::TcpStream::connect(server.viewer.address()).unwrap();
    other.write_all(b"POST /runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1900000\r\n\r\n").unwrap();
    other.write_all(&vec![b' '; 1_800_000]).unwrap();
    let busy =
        common::eventually(|| Some(post(&[], run(500_000).as_bytes())).filter(|reply| reply.status != 202));
    assert_eq!(busy.status, 429, "{}", busy.body);
    assert!(busy.head.contains("retry-after: 1"), "{}", busy.head);
    drop(other);
    common::eventually(|| (post(&[], run(500_000).as_bytes()).status == 202).then_some(()));
}

#[test]
fn headers_given_twice() {
    let server = server();
    let run = json!({"id": A, "name": "n"}).to_string();
    for (name, one, other) in [
        ("Content-Type", "application/json", "multipart/form-data; boundary=b"),
        ("Content-Encoding", "identity", "gzip"),
    ] {
        let headers = [("Host", "localhost"), (name, one), (name, other)];
        assert_eq!(server.raw("POST", "/runs", &headers, run.as_bytes()).status, 400, "{name}");
    }
    assert!(server.find(A).is_none());
    let headers = [("Langsmith-Project", "pr\u{f8}ve")];
    assert_eq!(server.send("POST", "/runs", &headers, run.as_bytes()).status, 202);
    assert_eq!(server.run(A).project, "pr\u{f8}ve");
}
