//! Requests on one connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A connection to a server on this machine.
pub struct Client {
    input: BufReader<TcpStream>,
}

impl Client {
    pub fn new(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Client { input: BufReader::new(stream) }
    }

    pub fn get(&mut self, path: &str) -> (u16, Value) {
        self.send("GET", path, "")
    }

    pub fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, &body.to_string())
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.input.get_mut().write_all(request.as_bytes()).expect("a request");
        let (mut status, mut length, mut chunked) = (0, 0, false);
        loop {
            let line = self.line().to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", number)) => length = number.parse().expect("a length"),
                Some(("transfer-encoding", kind)) => chunked = kind == "chunked",
                Some(_) => {}
                None if line.is_empty() => break,
                None => status = line.split(' ').nth(1).expect("a status").parse().expect("a number"),
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(&self.line(), 16).expect("a size");
                self.read(size, &mut body);
                self.line();
                if size == 0 {
                    break;
                }
            }
        } else {
            self.read(length, &mut body);
        }
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    fn read(&mut self, length: usize, body: &mut Vec<u8>) {
        let before = body.len();
        body.resize(before + length, 0);
        self.input.read_exact(&mut body[before..]).expect("a body");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.input.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}
