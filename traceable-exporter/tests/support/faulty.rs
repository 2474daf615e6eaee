//! A server on loopback that misbehaves below HTTP: it decides on each byte, and on when a connection ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What becomes of one request for runs.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A status, and headers with their line ends.
    Status(u16, String),
    /// 202 after so long.
    Late(Duration),
    /// The status, and then the connection is closed at once although it might be kept.
    StatusThenClose(u16),
    /// These bytes, and then the connection is closed.
    Bytes(&'static str),
    /// Part of the request is not read, so that closing the connection resets it after these bytes.
    Reset(&'static str),
    /// Nothing for so long, and then the connection is closed.
    Stall(Duration),
    /// These bytes, and one more each second.
    Trickle(&'static str),
    /// These bytes, and then the same piece for ever.
    Endless(&'static str, &'static str),
}

/// A request for runs.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub head: String,
    pub at: Instant,
}

/// The server. Its threads end with the test.
pub struct Faulty {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// How many bytes the longest answer had.
    longest: Arc<AtomicU64>,
}

impl Faulty {
    /// Knows no `/info`. Requests for runs meet these faults, one after the other, and then `rest`.
    pub fn start(faults: Vec<Fault>, rest: Fault) -> Faulty {
        Faulty::start_with(Fault::Status(404, String::new()), faults, rest)
    }

    /// As [`start`](Self::start), with this answer to `/info`.
    pub fn start_with(info: Fault, faults: Vec<Fault>, rest: Fault) -> Faulty {
        // reached under every name of this machine
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, longest) = (Arc::<Mutex<Vec<Seen>>>::default(), Arc::<AtomicU64>::default());
        let server = Faulty { port, seen: seen.clone(), longest: longest.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, longest, info) = (seen.clone(), longest.clone(), info.clone());
                let (faults, rest) = (faults.clone(), rest.clone());
                std::thread::spawn(move || {
                    let fault = |n| faults.get(n).unwrap_or(&rest).clone();
                    serve(stream.unwrap(), &seen, &longest, &info, fault);
                });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn longest_answer(&self) -> u64 {
        self.longest.load(SeqCst)
    }
}

fn serve(
    stream: TcpStream,
    seen: &Mutex<Vec<Seen>>,
    longest: &AtomicU64,
    info: &Fault,
    fault: impl Fn(usize) -> Fault,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((path, head, length)) = read_head(&mut reader) {
        let answer = if path == "/info" {
            info.clone()
        } else {
            let mut seen = seen.lock().unwrap();
            seen.push(Seen { path, head, at: Instant::now() });
            fault(seen.len() - 1)
        };
        if !matches!(answer, Fault::Reset(_)) {
            std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink()).unwrap();
        }
        let mut sent = 0;
        let mut send = |text: &str| {
            sent += text.len() as u64;
            longest.fetch_max(sent, SeqCst);
            stream.write_all(text.as_bytes()).is_ok()
        };
        let is_kept = match answer {
            Fault::Status(status, headers) => send(&answer_with(status, &headers)),
            Fault::Late(time) => {
                std::thread::sleep(time);
                send(&answer_with(202, ""))
            }
            Fault::StatusThenClose(status) => {
                send(&answer_with(status, ""));
                false
            }
            Fault::Bytes(text) | Fault::Reset(text) => {
                send(text);
                false
            }
            Fault::Stall(time) => {
                std::thread::sleep(time);
                false
            }
            Fault::Trickle(at_once) => {
                send(at_once);
                while send("x") {
                    std::thread::sleep(Duration::from_secs(1));
                }
                false
            }
            Fault::Endless(at_once, piece) => {
                send(at_once);
                while send(piece) {}
                false
            }
        };
        if !is_kept {
            return;
        }
    }
}

fn answer_with(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n{headers}\r\n{{}}")
}

/// Path, everything before the body, and the body's length.
fn read_head(reader: &mut BufReader<TcpStream>) -> Option<(String, String, u64)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).ok().filter(|n| *n > 0)?;
    }
    let path = head.split(' ').nth(1)?.to_owned();
    let length =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    Some((path, head, length.unwrap_or(0)))
}
