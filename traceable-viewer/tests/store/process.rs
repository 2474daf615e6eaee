//! `traceable serve` as a process of its own, which can be killed.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

pub(crate) struct Serve {
    child: Child,
    url: String,
    // open, or the process could not say anything
    _lines: Lines<BufReader<ChildStderr>>,
}

impl Serve {
    /// Starts it in a shell that first runs something, such as a command that sets limits; returns once it listens.
    pub(crate) fn start(first: &str, db: &Path) -> Self {
        let script = format!("{first} exec \"$0\" serve --port 0 --db \"$1\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_traceable"), db.to_str().unwrap()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = loop {
            let line = lines.next().expect("it ended").unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split(',').next().unwrap().to_owned();
            }
        };
        Serve { child, url, _lines: lines }
    }

    pub(crate) fn client(&self) -> Client {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        Client { agent, url: self.url.clone() }
    }

    /// SIGKILL: it gets no time to do anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // an error means that it has ended
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
}

impl Client {
    /// The status and the text of an answer; `None` when there was none, for the process has died.
    pub(crate) fn post(&self, body: &Value) -> Option<(u16, String)> {
        self.send("/runs/batch", "application/json", body.to_string().into_bytes())
    }

    pub(crate) fn send(&self, path: &str, kind: &str, body: Vec<u8>) -> Option<(u16, String)> {
        let request = self.agent.post(format!("{}{path}", self.url)).header("content-type", kind);
        let mut reply = request.send(body).ok()?;
        Some((reply.status().as_u16(), reply.body_mut().read_to_string().ok()?))
    }
}
