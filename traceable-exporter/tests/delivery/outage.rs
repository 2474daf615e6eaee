//! A server that is away for a while: nothing is lost, nobody waits, and soon after it is back all is as before.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, run};
use traceable_core::TracingContext;
use traceable_exporter::Exporter;
use traceable_macros::traceable;

/// Requests for runs, and small questions.
fn requests(server: &Server) -> (usize, usize) {
    let all = server.all_requests();
    let questions = all.iter().filter(|request| request.path == "/info").count();
    (all.len() - questions, questions)
}

/// Sends a run whole, when it is flushed.
fn patient(server: &Server) -> Arc<Exporter> {
    exporter(config(&server.url()).batch_delay(LONG))
}

#[test]
fn a_server_that_is_down_gets_small_questions_only() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = patient(&server);
    run(&exporter, "r");
    let report = exporter.flush(Duration::from_secs(6));
    assert_eq!(report.remaining, 2);
    let (bodies, questions) = requests(&server);
    // one is asked at the start
    assert!(bodies == 3 && questions >= 3, "{bodies} bodies, {questions} questions");
    server.set_down(None);
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(requests(&server).0, 4);
    // questions are no requests with runs
    let stats = exporter.stats();
    assert_eq!((stats.requests, stats.failed_requests), (4, 3));
    let sent: usize = server.requests().iter().map(|request| request.raw.len()).sum();
    assert_eq!(stats.bytes_sent, sent as u64);
    // what it takes, it has said by then
    run(&exporter, "r");
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(server.requests()[4].header("content-encoding"), Some("zstd"));
}

#[test]
fn a_server_that_answers_questions_and_takes_no_runs_is_tried_all_the_same() {
    let server = Server::start();
    server.rule(|_| Answer::Status(500));
    let exporter = patient(&server);
    run(&exporter, "r");
    let begun = Instant::now();
    while requests(&server).0 < 9 {
        assert!(begun.elapsed() < LONG);
        // which keeps the pauses short
        let _ = exporter.flush(Duration::from_millis(50));
    }
    let (bodies, questions) = requests(&server);
    assert!(questions <= 1 + bodies / 3, "{bodies} bodies, {questions} questions");
}

#[test]
fn who_flushes_in_a_loop_does_not_storm_the_server() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = patient(&server);
    run(&exporter, "r");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        let _ = exporter.flush(Duration::from_millis(1));
    }
    let (bodies, questions) = requests(&server);
    assert!((3..=13).contains(&(bodies + questions)), "{bodies} bodies, {questions} questions");
}

#[test]
fn a_flush_does_not_wait_for_a_long_pause_and_keeps_to_one_that_was_asked_for() {
    for (headers, least, most) in [("", 0.0, 3.0), ("Retry-After: 3\r\n", 2.8, 8.0)] {
        let server = Server::start();
        let exporter = patient(&server);
        // after so many failures a pause may last for seconds
        server.script((0..7).map(|_| Answer::Status(500)));
        run(&exporter, "r");
        let begun = Instant::now();
        while server.requests().len() < 7 {
            assert!(begun.elapsed() < LONG);
            let _ = exporter.flush(Duration::from_millis(30));
        }
        server.script([Answer::With(503, headers.to_owned())]);
        while server.requests().len() < 8 {
            let _ = exporter.flush(Duration::from_millis(30));
        }
        let begun = Instant::now();
        // its own deadline holds
        let report = exporter.flush(Duration::from_millis(50));
        assert!(report.elapsed < Duration::from_secs(1), "{report}");
        assert!(exporter.flush(LONG).is_lossless());
        let waited = begun.elapsed().as_secs_f64();
        assert!((least..most).contains(&waited), "{headers:?}: {waited}");
    }
}

/// What the attribute names, as in the facade.
mod facade {
    pub(crate) mod __private {
        pub(crate) use traceable_core::__private::*;
        pub(crate) const START: fn() = || ();
    }
}

/// Start and end are submitted apart.
#[traceable(crate = crate::outage::facade)]
fn answer(question: &str) -> usize {
    question.len()
}

#[traceable(crate = crate::outage::facade, tags = ["outage"], metadata(model = "small-1", user = question.len(), version = "1.0.3"))]
fn answer_with_metadata(question: &str) -> usize {
    question.len()
}

/// Ends the program's thread, also if an assertion fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A queue that would not hold all of it a second time, by the length of the outage: 64 MiB for 30 seconds. A second that
/// the server asks for, and one in which a busy machine has no time for us, are long beside a short outage.
fn bound() -> usize {
    let short = if seconds() < 30 { 4 << 20 } else { 0 };
    (64 << 20) * seconds() as usize / 30 + short
}

/// Calls functions 500 times a second, with 2 KB, while the server is away, for so many seconds, and for two more.
/// Returns how long the server took to get everything after it was back.
fn outage(exporter: &Arc<Exporter>, seconds: u64, come_back: impl FnOnce() + Send) -> Duration {
    let (away, stop) = (Duration::from_secs(seconds), AtomicBool::new(false));
    let text = "x".repeat(2000);
    std::thread::scope(|scope| {
        let on_end = StopOnDrop(&stop);
        let program = scope.spawn(|| {
            let begun = Instant::now();
            let (mut made, mut slowest) = (0, Duration::ZERO);
            TracingContext::new().sink(exporter.clone()).scope(|| {
                while !stop.load(Relaxed) {
                    let at = Instant::now();
                    let call = if made % 2 == 0 { answer } else { answer_with_metadata };
                    assert_eq!(call(&text), text.len());
                    slowest = slowest.max(at.elapsed());
                    made += 1;
                    let due = Duration::from_millis(made * 2);
                    std::thread::sleep(due.saturating_sub(begun.elapsed()));
                }
            });
            (made, slowest)
        });
        std::thread::sleep(away);
        let waiting = exporter.stats().queued_bytes;
        come_back();
        let back = Instant::now();
        // all that is older than this moment
        let report = exporter.flush(LONG);
        let recovered = back.elapsed();
        assert!(report.is_lossless(), "{report}");
        std::thread::sleep(Duration::from_secs(1));
        drop(on_end);
        let (made, slowest) = program.join().unwrap();
        let report = exporter.flush(LONG);
        assert!(report.is_lossless() && report.trimmed == 0, "{report}");
        let stats = exporter.stats();
        assert_eq!((stats.submitted, stats.delivered), (made * 2, made * 2));
        assert!(made >= seconds * 300, "{made} runs");
        assert!(slowest < Duration::from_millis(500), "{slowest:?}");
        eprintln!(
            "{made} runs, {waiting} bytes waited, slowest {slowest:?}, all there {recovered:?} after the server was back"
        );
        recovered
    })
}

/// Thirty seconds, or as few as a test may take.
fn seconds() -> u64 {
    std::env::var("TRACEABLE_OUTAGE_SECONDS").map_or(4, |seconds| seconds.parse().unwrap())
}

#[test]
fn nothing_is_lost_while_the_server_answers_503() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = exporter(config(&server.url()).max_queue_bytes(bound()));
    let recovered = outage(&exporter, seconds(), || server.set_down(None));
    assert!(recovered < Duration::from_secs(10), "{recovered:?}");
}

#[test]
fn nothing_is_lost_while_the_server_answers_429() {
    let server = Server::start();
    server.set_down(Some(Answer::With(429, "Retry-After: 1\r\n".to_owned())));
    let exporter = exporter(config(&server.url()).max_queue_bytes(bound()));
    let recovered = outage(&exporter, seconds(), || server.set_down(None));
    assert!(recovered < Duration::from_secs(10), "{recovered:?}");
}

#[test]
fn nothing_is_lost_while_nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let exporter = exporter(config(&format!("http://127.0.0.1:{port}")).max_queue_bytes(bound()));
    let mut server = None;
    let recovered = outage(&exporter, seconds(), || {
        server = Some(Server::on(TcpListener::bind(("127.0.0.1", port)).unwrap()));
    });
    assert!(recovered < Duration::from_secs(10), "{recovered:?}");
}
