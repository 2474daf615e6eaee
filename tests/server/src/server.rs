//! A server that answers as a test asks, and keeps every request.

use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::http::{self, Head};

/// What the server does with one request for runs.
#[derive(Clone, Debug)]
pub enum Answer {
    /// An HTTP status.
    Status(u16),
    /// A status and headers, each with its line end.
    With(u16, String),
    /// A status and a body.
    Text(u16, String),
    /// Reads the request, then says nothing for so long and closes.
    Stall(Duration),
    /// Closes without an answer.
    Reset,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As sent.
    pub raw: Vec<u8>,
    /// Decompressed.
    pub body: Vec<u8>,
    /// When its head had been read.
    pub at: Instant,
}

impl Request {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

type Rule = dyn Fn(&Request) -> Answer + Send + Sync;

#[derive(Default)]
struct Shared {
    info: Mutex<Option<String>>,
    script: Mutex<VecDeque<Answer>>,
    rule: Mutex<Option<Arc<Rule>>>,
    requests: Mutex<Vec<(Request, u16)>>,
    /// The answer to everything.
    down: Mutex<Option<Answer>>,
    stop: AtomicBool,
}

/// The server. It stops when dropped.
pub struct Server {
    shared: Arc<Shared>,
    port: u16,
}

impl Server {
    /// Answers `/info` with multipart and zstd, and runs with 202.
    pub fn start() -> Server {
        let server = Server::without_info();
        server.set_info(r#"{"batch_ingest_config":{"use_multipart_endpoint":true},"instance_flags":{"zstd_compression_enabled":true}}"#);
        server
    }

    /// Answers `/info` with 404.
    pub fn without_info() -> Server {
        Server::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// As [`without_info`](Self::without_info), on a port that was chosen before.
    pub fn on(listener: TcpListener) -> Server {
        let shared = Arc::new(Shared::default());
        let (stopped, own) = (shared.clone(), shared.clone());
        let port =
            http::listen(listener, move || stopped.stop.load(SeqCst), move |stream| serve(&own, stream));
        Server { shared, port }
    }

    /// Answers `/info` with this from now on.
    pub fn set_info(&self, json: &str) {
        *self.shared.info.lock().unwrap() = Some(json.to_owned());
    }

    /// Answers to the next requests for runs, in order; 202 after that.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().unwrap().extend(answers);
    }

    /// Gives every request this answer, `/info` too; with `None`, not any more.
    pub fn set_down(&self, answer: Option<Answer>) {
        *self.shared.down.lock().unwrap() = answer;
    }

    /// Forgets what is left of the script.
    pub fn end_script(&self) {
        self.shared.script.lock().unwrap().clear();
    }

    /// Decides each answer by the request.
    pub fn rule(&self, rule: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        *self.shared.rule.lock().unwrap() = Some(Arc::new(rule));
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Requests for runs so far, with the status they were answered with (0: none).
    pub fn answered(&self) -> Vec<(Request, u16)> {
        let all = self.shared.requests.lock().unwrap();
        all.iter().filter(|(request, _)| request.path != "/info").cloned().collect()
    }

    /// Requests for runs so far.
    pub fn requests(&self) -> Vec<Request> {
        self.answered().into_iter().map(|(request, _)| request).collect()
    }

    /// All requests.
    pub fn all_requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().iter().map(|(request, _)| request.clone()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read_request(&mut reader) {
        if shared.stop.load(SeqCst) {
            return;
        }
        let answer = answer_to(shared, &request);
        let status = match &answer {
            Answer::Status(s) | Answer::With(s, _) | Answer::Text(s, _) => *s,
            Answer::Stall(_) | Answer::Reset => 0,
        };
        shared.requests.lock().unwrap().push((request, status));
        let (headers, text) = match answer {
            Answer::Status(_) => (String::new(), "{}".to_owned()),
            Answer::With(_, headers) => (headers, "{}".to_owned()),
            Answer::Text(_, text) => (String::new(), text),
            Answer::Stall(time) => {
                std::thread::sleep(time);
                break;
            }
            Answer::Reset => break,
        };
        if stream.write_all(http::answer(status, &headers, &text).as_bytes()).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn answer_to(shared: &Shared, request: &Request) -> Answer {
    if let Some(answer) = shared.down.lock().unwrap().clone() {
        return answer;
    }
    if request.path == "/info" {
        let info = shared.info.lock().unwrap().clone();
        return info.map_or(Answer::Status(404), |info| Answer::Text(200, info));
    }
    if let Some(answer) = shared.script.lock().unwrap().pop_front() {
        return answer;
    }
    // requests on several connections are decided at once
    let rule = shared.rule.lock().unwrap().clone();
    rule.map_or(Answer::Status(202), |rule| rule(request))
}

fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let head = Head::read(stream)?;
    let at = Instant::now();
    let mut raw = vec![0; head.length() as usize];
    stream.read_exact(&mut raw).ok()?;
    let headers: Vec<_> = head.headers().map(|(name, value)| (name, value.to_owned())).collect();
    let is_packed = headers.iter().any(|(name, value)| name == "content-encoding" && value == "zstd");
    let body = if is_packed { zstd::decode_all(&raw[..]).unwrap() } else { raw.clone() };
    Some(Request { method: head.method().to_owned(), path: head.path().to_owned(), headers, raw, body, at })
}
