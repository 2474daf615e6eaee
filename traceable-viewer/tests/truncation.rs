//! A body cut anywhere is refused and leaves nothing behind.

mod common;

use common::{A, B, MULTIPART, gzip, multipart, order, server};

#[test]
fn multipart_cut_at_every_byte() {
    let server = server();
    let whole = multipart(&[
        (&format!("post.{A}"), &format!(r#"{{"name":"a","dotted_order":"{}"}}"#, order(&[A]))),
        (&format!("post.{A}.inputs"), r#"{"x":1}"#),
        (&format!("attachment.{A}.file"), "bytes"),
        (&format!("post.{B}"), &format!(r#"{{"name":"b","dotted_order":"{}"}}"#, order(&[A, B]))),
        (&format!("patch.{B}.outputs"), r#"{"y":2}"#),
    ]);
    let type_header = [("Content-Type", MULTIPART)];
    // the last two bytes are the line end after the closing boundary, which nothing needs
    for cut in 0..whole.len() - 2 {
        let reply = server.send("POST", "/runs/multipart", &type_header, &whole[..cut]);
        assert_eq!(reply.status, 400, "cut at {cut}: {}", reply.body);
        assert!(reply.json()["detail"].is_string());
    }
    assert!(server.store().traces(10).unwrap().is_empty());
    let reply = server.send("POST", "/runs/multipart", &type_header, &whole[..whole.len() - 2]);
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!(server.store().trace(A.parse().unwrap()).unwrap().len(), 2);
}

#[test]
fn compressed_bodies_cut_at_every_byte() {
    let server = server();
    let plain =
        multipart(&[(&format!("post.{A}"), r#"{"name":"a"}"#), (&format!("post.{A}.inputs"), r#"{"x":1}"#)]);
    for (name, compressed) in [("gzip", gzip(&plain)), ("zstd", zstd::encode_all(&plain[..], 1).unwrap())] {
        let headers = [("Content-Type", MULTIPART), ("Content-Encoding", name)];
        for cut in 0..compressed.len() {
            let reply = server.send("POST", "/runs/multipart", &headers, &compressed[..cut]);
            assert_eq!(reply.status, 400, "{name} cut at {cut}: {}", reply.body);
        }
        assert!(server.find(A).is_none());
    }
}

#[test]
fn json_cut_at_every_byte() {
    let server = server();
    let whole = format!(r#"{{"post":[{{"id":"{A}","name":"a"}}],"patch":[{{"id":"{B}","end_time":5}}]}}"#);
    for cut in 0..whole.len() {
        let reply = server.send("POST", "/runs/batch", &[], &whole.as_bytes()[..cut]);
        assert_eq!(reply.status, 400, "cut at {cut}: {}", reply.body);
    }
    assert!(server.store().traces(10).unwrap().is_empty());
}
