//! The program `traceable serve`, as a process of its own.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running viewer; it ends with this value.
pub struct ViewerProcess {
    child: Child,
    pub address: String,
    /// From the start of the process to its first answer.
    pub start_ms: f64,
}

impl ViewerProcess {
    pub fn start(program: &str, db: &Path) -> Self {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let begun = Instant::now();
        let child = Command::new(program)
            .args(["serve", "--port", &port.to_string(), "--db"])
            .arg(db)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("a viewer");
        let address = format!("127.0.0.1:{port}");
        while TcpStream::connect(&address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not listen");
            std::thread::sleep(Duration::from_millis(1));
        }
        let (status, _) = super::http::Client::new(&address).get("/info");
        assert_eq!(status, 200);
        ViewerProcess { child, address, start_ms: begun.elapsed().as_secs_f64() * 1000.0 }
    }

    /// Ends it as Ctrl-C does, so that it writes its log back.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().expect("a signal");
        self.child.wait().expect("an end");
    }

    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    /// CPU time of all its threads.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux");
        // the name, in parentheses, may contain anything; user and system time are the 12th and 13th field after it
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).map(|n| n.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for ViewerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
