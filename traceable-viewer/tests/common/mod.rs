//! A viewer on a database of its own, and requests to it.

#![allow(dead_code)] // each test program uses some of it

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use traceable_viewer::{Store, StoredRun, Viewer};

pub(crate) const A: &str = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
pub(crate) const B: &str = "01a2036e-0beb-710d-96ed-c3ae3327ba64";
pub(crate) const C: &str = "01a2036e-0bec-710d-96ed-c3ae3327ba65";

pub(crate) struct Server {
    pub(crate) viewer: Viewer,
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn server() -> Server {
    server_with(|builder| builder)
}

pub(crate) fn server_with(
    set: impl FnOnce(traceable_viewer::ViewerBuilder) -> traceable_viewer::ViewerBuilder,
) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let viewer = set(Viewer::builder().db(dir.path().join("t.db")).port(0)).start().unwrap();
    Server { viewer, dir }
}

/// Waits until something holds, and returns it.
pub(crate) fn eventually<T>(mut holds: impl FnMut() -> Option<T>) -> T {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        match holds() {
            Some(found) => return found,
            None => assert!(std::time::Instant::now() < deadline, "it never held"),
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The type of the first error in `detail` or `rejected`.
    pub(crate) fn error_type(&self) -> String {
        let json = self.json();
        let list = if json["detail"].is_array() { &json["detail"] } else { &json["rejected"] };
        list[0]["type"].as_str().unwrap_or_default().to_owned()
    }
}

impl Server {
    pub(crate) fn store(&self) -> &Store {
        self.viewer.store()
    }

    pub(crate) fn run(&self, id: &str) -> StoredRun {
        self.find(id).unwrap_or_else(|| panic!("run {id} is not stored"))
    }

    pub(crate) fn find(&self, id: &str) -> Option<StoredRun> {
        self.store().run(id.parse().unwrap()).unwrap()
    }

    /// One request on a connection of its own; headers exactly as given.
    pub(crate) fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let (status, head, body) = self.raw_bytes(method, path, headers, body);
        // the body of an answer may be protobuf
        Reply { status, head, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// As [`raw`](Self::raw), with a reply that need not be text: its status, its head in small letters, its body.
    pub(crate) fn raw_bytes(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.viewer.address()).unwrap();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        // the server may answer and close before it has read all
        let _ = stream.write_all(body);
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no HTTP: {:?}", String::from_utf8_lossy(&reply)));
        let head = String::from_utf8(reply[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let head = head.to_ascii_lowercase();
        let body = &reply[end + 4..];
        let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
        (status, head, body)
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut all = vec![("Host", "localhost")];
        all.extend_from_slice(headers);
        self.raw(method, path, &all, body)
    }

    pub(crate) fn json(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.send(method, path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    pub(crate) fn multipart(&self, parts: &[(&str, &str)]) -> Reply {
        self.send("POST", "/runs/multipart", &[("Content-Type", MULTIPART)], &multipart(parts))
    }
}

/// A body that came in chunks, which has to be whole.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").expect("the body ends too early");
        let len = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if len == 0 {
            return all;
        }
        all.extend_from_slice(&body[end + 2..end + 2 + len]);
        body = &body[end + 2 + len + 2..];
    }
}

pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=bound";

/// A body without lengths, as JavaScript's `FormData` has it.
pub(crate) fn multipart(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, text) in parts {
        body += &format!(
            "--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n{text}\r\n"
        );
    }
    body += "--bound--\r\n";
    body.into_bytes()
}

/// A dotted order of these ids, one millisecond apart.
pub(crate) fn order(ids: &[&str]) -> String {
    let segments: Vec<_> =
        ids.iter().enumerate().map(|(at, id)| format!("20261122T132433{at:03}000Z{id}")).collect();
    segments.join(".")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
