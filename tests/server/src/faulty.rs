//! A server that misbehaves below HTTP: it decides on each byte, and on when a connection ends.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::http::{self, Head};

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
    /// With the query.
    pub path: String,
    /// Everything before the body.
    pub head: String,
    /// When it had been read.
    pub at: Instant,
}

/// The server. Its threads end with the test.
pub struct Faulty {
    /// Of every name of this machine.
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
        let (seen, longest) = (Arc::<Mutex<Vec<Seen>>>::default(), Arc::<AtomicU64>::default());
        let own = (seen.clone(), longest.clone());
        let serve = move |stream| {
            let fault = |n| faults.get(n).unwrap_or(&rest).clone();
            serve(stream, &own.0, &own.1, &info, fault);
        };
        Faulty { port: http::listen(listener, || false, serve), seen, longest }
    }

    /// Where it listens, on loopback.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Requests for runs so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many bytes the longest answer had, so far.
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
    while let Some(head) = Head::read(&mut reader) {
        let answer = if head.path() == "/info" {
            info.clone()
        } else {
            let mut seen = seen.lock().unwrap();
            let (path, text) = (head.path().to_owned(), head.text.clone());
            seen.push(Seen { path, head: text, at: Instant::now() });
            fault(seen.len() - 1)
        };
        if !matches!(answer, Fault::Reset(_)) {
            head.skip_body(&mut reader);
        }
        let mut sent = 0;
        let mut send = |text: &str| {
            sent += text.len() as u64;
            longest.fetch_max(sent, SeqCst);
            stream.write_all(text.as_bytes()).is_ok()
        };
        let is_kept = match answer {
            Fault::Status(status, headers) => send(&http::answer(status, &headers, "{}")),
            Fault::Late(time) => {
                std::thread::sleep(time);
                send(&http::answer(202, "", "{}"))
            }
            Fault::StatusThenClose(status) => {
                send(&http::answer(status, "", "{}"));
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
