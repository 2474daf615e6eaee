//! What the servers share: connections, heads of requests, answers.

use std::io::{BufRead, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A request without its body.
pub(crate) struct Head {
    /// As sent, with the empty line.
    pub(crate) text: String,
}

impl Head {
    /// The next one; `None` when the connection ends.
    pub(crate) fn read(stream: &mut impl BufRead) -> Option<Head> {
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n") {
            stream.read_line(&mut text).ok().filter(|n| *n > 0)?;
        }
        Some(Head { text })
    }

    pub(crate) fn method(&self) -> &str {
        self.text.split(' ').next().unwrap()
    }

    pub(crate) fn path(&self) -> &str {
        self.text.split(' ').nth(1).unwrap()
    }

    /// Names in lower case.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        let lines = self.text.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.map(|(name, value)| (name.to_lowercase(), value))
    }

    /// How long the body is.
    pub(crate) fn length(&self) -> u64 {
        let length = self.headers().find(|(name, _)| name == "content-length");
        length.map_or(0, |(_, length)| length.parse().unwrap())
    }

    pub(crate) fn skip_body(&self, stream: &mut impl BufRead) {
        std::io::copy(&mut stream.take(self.length()), &mut std::io::sink()).unwrap();
    }
}

/// An answer; `headers` have their line ends.
pub(crate) fn answer(status: u16, headers: &str, text: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{text}", text.len())
}

/// Serves each connection in a thread, until one comes after `is_stopped`. Returns the port.
pub(crate) fn listen(
    listener: TcpListener,
    is_stopped: impl Fn() -> bool + Send + 'static,
    serve: impl Fn(TcpStream) + Send + Sync + 'static,
) -> u16 {
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if is_stopped() {
                break;
            }
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream.unwrap()));
        }
    });
    port
}
