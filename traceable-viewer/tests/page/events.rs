//! `/api/local/events`: what is stored is told, once, in order, and a page goes on where it was.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Server, server};
use crate::{get, id, send};

struct Listener(BufReader<TcpStream>);

impl Listener {
    fn new(server: &Server, query: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(server.viewer.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!("GET /api/local/events{query} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut listener = Listener(BufReader::new(stream));
        let head = std::iter::from_fn(|| listener.line()).take_while(|line| !line.is_empty());
        let head: Vec<String> = head.map(|line| line.to_ascii_lowercase()).collect();
        assert!(head[0].ends_with("200 ok"), "{head:?}");
        assert!(head.contains(&"content-type: text/event-stream".to_owned()), "{head:?}");
        listener
    }

    /// The next line; `None` at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        (self.0.read_line(&mut line).unwrap() > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event: its id and its data.
    fn event(&mut self) -> (i64, Value) {
        let mut id = None;
        loop {
            let line = self.line().expect("the stream ended");
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.parse().unwrap());
            } else if let Some(text) = line.strip_prefix("data: ") {
                return (id.unwrap(), serde_json::from_str(text).unwrap());
            }
        }
    }
}

#[test]
fn what_is_stored_is_told() {
    let server = server();
    send(&server, 1, json!({}));
    let mut listener = Listener::new(&server, "", "");
    send(&server, 2, json!({}));
    let stored = Instant::now();
    let (seq, change) = listener.event();
    assert!(stored.elapsed() < Duration::from_secs(5));
    assert_eq!(change, json!({"seq": seq, "traces": [id(2)], "more": false}));
    send(&server, 3, json!({"end_time": 1_796_000_009_000_u64}));
    send(&server, 1, json!({"end_time": 1_796_000_009_000_u64}));
    let mut told = Vec::new();
    let mut last = seq;
    while told.len() < 2 {
        let (seq, change) = listener.event();
        assert!(seq > last);
        last = seq;
        told.extend(change["traces"].as_array().unwrap().clone());
    }
    assert_eq!(told, [json!(id(3)), json!(id(1))]);
    assert_eq!(get(&server, "/api/local/list").json()["seq"], last);

    // a page that was away hears what it missed, whatever its address says
    let (again, change) = Listener::new(&server, &format!("?after={seq}"), "").event();
    assert_eq!((again, &change["traces"]), (last, &json!([id(3), id(1)])));
    let resumed = Listener::new(&server, "?after=0", &format!("Last-Event-ID: {seq}\r\n")).event();
    assert_eq!(resumed, (again, change));
    assert_eq!(get(&server, "/api/local/events?after=x").status, 400);
}

#[test]
fn the_server_ends_while_a_page_listens() {
    let server = server();
    let mut listener = Listener::new(&server, "", "");
    let began = Instant::now();
    server.viewer.shutdown();
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    while listener.line().is_some() {}
}

#[test]
fn listeners_are_bounded() {
    let server = server();
    let all: Vec<Listener> = (0..64).map(|_| Listener::new(&server, "", "")).collect();
    assert_eq!(get(&server, "/api/local/events").status, 503);
    drop(all);
    // those that have gone are noticed when they are told something
    crate::common::eventually(|| {
        send(&server, 5, json!({"tags": [uuid::Uuid::new_v4().to_string()]}));
        let mut stream = TcpStream::connect(server.viewer.address()).unwrap();
        stream.write_all(b"GET /api/local/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut first = String::new();
        BufReader::new(stream).read_line(&mut first).unwrap();
        first.contains("200").then_some(())
    });
}
