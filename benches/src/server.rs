//! A server on this machine that takes runs: it keeps the bodies as they come, and looks into them when it is asked.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a server of LangSmith's says of itself, as far as an exporter asks.
const INFO: &str = r#"{"instance_flags":{"zstd_compression_enabled":true},"batch_ingest_config":{"use_multipart_endpoint":true,"size_limit":100,"size_limit_bytes":20971520}}"#;

/// What has arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Different runs that came with their outputs.
    pub complete_runs: usize,
    pub requests: usize,
    /// Of the bodies, as they came.
    pub bytes: usize,
}

#[derive(Default)]
struct Received {
    bodies: Vec<(bool, Vec<u8>)>,
}

/// Serves until the process ends; prints the port first.
pub fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    io::stdout().flush()?;
    let received = Arc::<Mutex<Received>>::default();
    for stream in listener.incoming() {
        let (stream, received) = (stream?, received.clone());
        std::thread::spawn(move || answer(stream, &received));
    }
    Ok(())
}

/// Asks the server at this address what has arrived.
pub fn ask(address: &str) -> io::Result<Arrived> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /arrived HTTP/1.1\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let body = text.rsplit("\r\n\r\n").next().unwrap_or_default();
    let mut numbers = body.split(' ').map(|n| n.parse().expect("a number"));
    let mut next = || numbers.next().expect("three numbers");
    Ok(Arrived { complete_runs: next(), requests: next(), bytes: next() })
}

fn answer(stream: TcpStream, received: &Mutex<Received>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = BufReader::with_capacity(256 << 10, stream.try_clone()?);
    let mut output = stream;
    loop {
        let Some((path, is_packed, body)) = read(&mut input)? else { return Ok(()) };
        let (status, text) = match path.as_str() {
            "/info" => (200, INFO.to_owned()),
            "/arrived" => {
                let Arrived { complete_runs, requests, bytes } = count(&received.lock().unwrap());
                (200, format!("{complete_runs} {requests} {bytes}"))
            }
            "/runs/multipart" => {
                received.lock().unwrap().bodies.push((is_packed, body));
                (202, "{}".to_owned())
            }
            _ => (404, String::new()),
        };
        let length = text.len();
        output
            .write_all(format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n\r\n{text}").as_bytes())?;
        if path == "/arrived" {
            return Ok(());
        }
    }
}

/// The path, whether the body is compressed, and the body of the next request; `None` at the end.
fn read(input: &mut impl BufRead) -> io::Result<Option<(String, bool, Vec<u8>)>> {
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut is_packed, mut length) = (false, 0);
    loop {
        line.clear();
        input.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", n)) => length = n.parse().expect("a length"),
            Some(("content-encoding", how)) => is_packed = how == "zstd",
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    Ok(Some((path, is_packed, body)))
}

fn count(received: &Received) -> Arrived {
    let mut complete = HashSet::<Vec<u8>>::new();
    for (is_packed, body) in &received.bodies {
        let plain = if *is_packed { &zstd::decode_all(&body[..]).expect("zstd") } else { body };
        // JSON has no line breaks of its own, so that a line that begins like this is a header
        for line in plain.split(|byte| *byte == b'\n') {
            let name = line.strip_prefix(b"Content-Disposition: form-data; name=\"");
            if let Some(id) = name.and_then(|name| name.trim_ascii_end().strip_suffix(b".outputs\"")) {
                complete.insert(id.splitn(2, |byte| *byte == b'.').nth(1).expect("an id").to_vec());
            }
        }
    }
    let bytes = received.bodies.iter().map(|(_, body)| body.len()).sum();
    Arrived { complete_runs: complete.len(), requests: received.bodies.len(), bytes }
}
