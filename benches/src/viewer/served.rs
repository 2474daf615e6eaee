//! `traceable serve` as a process of its own.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use crate::until;

pub struct Served {
    process: Child,
    url: String,
    // open, or the process could not say anything
    _lines: Lines<BufReader<ChildStderr>>,
}

impl Served {
    /// Also returns how long it took to its first answer.
    pub fn start(program: &Path, db: &Path) -> (Self, Duration) {
        let begun = Instant::now();
        let mut process = Command::new(program)
            .args(["serve", "--port", "0", "--max-size", "1000GiB", "--db"])
            .arg(db)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program, from `cargo build --release -p traceable-viewer`");
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let url = loop {
            let line = lines.next().expect("the address").expect("text");
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split(',').next().unwrap_or_default().to_owned();
            }
        };
        until(|| ureq::get(format!("{url}/info")).call().ok());
        (Served { process, url, _lines: lines }, begun.elapsed())
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Of all its threads, in steps of 10 ms.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("Linux");
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks =
            fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks"));
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }

    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }
}

impl Drop for Served {
    /// As Ctrl-C does.
    fn drop(&mut self) {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().expect("kill");
        self.process.wait().expect("its end");
    }
}
