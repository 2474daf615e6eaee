//! Several requests at once: to servers that are slow and well, and to no others.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::server::{Answer, Request, Server};
use crate::support::{LONG, config, exporter, mains};
use traceable_core::RunTree;
use traceable_exporter::Exporter;

/// How many requests a server has at once, and has had at most.
#[derive(Default)]
struct Open {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Open {
    /// Has a request for so long.
    fn hold(&self, time: Duration) {
        self.hold_until(Instant::now() + time, usize::MAX);
    }

    /// Has a request until then, or until there are so many.
    fn hold_until(&self, end: Instant, enough: usize) {
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        while self.most.load(SeqCst) < enough && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.now.fetch_sub(1, SeqCst);
    }

    fn most(&self) -> usize {
        self.most.load(SeqCst)
    }
}

/// Hands over so many starts of runs.
fn starts(exporter: &Arc<Exporter>, count: usize) -> Vec<RunTree> {
    let start = |_| {
        let run = RunTree::builder("r").sink(exporter.clone()).build();
        run.post();
        run
    };
    (0..count).map(start).collect()
}

fn wait_for(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_slow_server_gets_as_many_as_the_settings_say() {
    for most in [1, 3, 8] {
        let server = Server::start();
        let open = Arc::new(Open::default());
        let seen = open.clone();
        let asked = AtomicUsize::new(0);
        server.rule(move |_| {
            // the first few show that it is slow, and the others wait for company
            let company = if asked.fetch_add(1, SeqCst) < 3 { usize::MAX } else { most };
            let time = if company == usize::MAX { Duration::from_millis(60) } else { LONG };
            seen.hold_until(Instant::now() + time, company);
            Answer::Status(202)
        });
        let exporter = exporter(config(&server.url()).batch_operations(5).max_concurrent_requests(most));
        starts(&exporter, 500);
        assert!(exporter.flush(LONG).is_lossless());
        assert_eq!((open.most(), exporter.stats().delivered), (most, 500));
    }
}

#[test]
fn a_fast_server_gets_one_after_the_other() {
    let server = Server::start();
    let open = Arc::new(Open::default());
    let seen = open.clone();
    server.rule(move |_| {
        // long enough for another to be there at the same time, if one were sent
        seen.hold(Duration::from_millis(3));
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_operations(5));
    starts(&exporter, 500);
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(open.most(), 1);
}

/// What happened at the server: the runs of a request came in, or were acknowledged.
#[derive(Default)]
struct Log(Mutex<Vec<(bool, String, String)>>);

impl Log {
    fn note(&self, is_answer: bool, request: &Request) {
        let ids = |(part, main): (String, serde_json::Value)| {
            let kind = part.split('.').next().unwrap().to_owned();
            (is_answer, kind, main["id"].as_str().unwrap().to_owned())
        };
        self.0.lock().unwrap().extend(mains(request).into_iter().map(ids));
    }
}

#[test]
fn the_end_of_a_run_is_sent_when_its_start_has_arrived() {
    let server = Server::start();
    let (log, open) = (Arc::new(Log::default()), Arc::new(Open::default()));
    let (own, seen) = (log.clone(), open.clone());
    server.rule(move |request| {
        own.note(false, request);
        seen.hold(Duration::from_millis(20 + fastrand::u64(..60)));
        own.note(true, request);
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_operations(4));
    // ends come in while the batches of their starts are on their way, or wait
    let mut begun = starts(&exporter, 150);
    while !begun.is_empty() {
        let run = begun.swap_remove(fastrand::usize(..begun.len()));
        std::thread::sleep(Duration::from_millis(2));
        run.end().patch();
    }
    assert!(exporter.flush(LONG).is_lossless());
    assert!(open.most() > 1, "nothing was sent at once");
    let mut arrived = HashSet::new();
    let mut ends = HashMap::new();
    for (is_answer, kind, id) in log.0.lock().unwrap().iter() {
        match (*is_answer, kind.as_str()) {
            (true, _) => drop(arrived.insert(id.clone())),
            (false, "patch") => {
                assert!(arrived.contains(id), "an end overtook its start");
                *ends.entry(id.clone()).or_insert(0) += 1;
            }
            (false, _) => assert!(!arrived.contains(id), "a start was sent twice"),
        }
    }
    assert_eq!(arrived.len(), 150);
    assert!(!ends.is_empty() && ends.values().all(|&times| times == 1));
}

/// Two starts are on their way in two requests, and the ends of both wait in one: when the later start has arrived, the
/// other has not.
#[test]
fn the_ends_of_several_runs_wait_for_each_of_their_starts() {
    let server = Server::start();
    let log = Arc::new(Log::default());
    let (own, may_arrive) = (log.clone(), Arc::new(Mutex::new(HashSet::new())));
    let arriving = may_arrive.clone();
    server.rule(move |request| {
        own.note(false, request);
        std::thread::sleep(Duration::from_millis(40));
        let held = ["first", "second"].into_iter().find(|name| {
            mains(request).iter().any(|(kind, main)| kind.starts_with("post") && main["name"] == **name)
        });
        let begun = Instant::now();
        while let Some(name) = held
            && !arriving.lock().unwrap().contains(name)
            && begun.elapsed() < LONG
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        own.note(true, request);
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_operations(2));
    // shows that the server is slow, and brings threads
    starts(&exporter, 60);
    assert!(exporter.flush(LONG).is_lossless());
    let count = |is_wanted: &dyn Fn(bool, &str) -> bool| {
        log.0.lock().unwrap().iter().filter(|(is_answer, kind, _)| is_wanted(*is_answer, kind)).count()
    };
    let posts = || count(&|is_answer, kind| !is_answer && kind == "post");
    let wait_for = |many: usize| {
        let begun = Instant::now();
        while posts() < many {
            assert!(begun.elapsed() < LONG);
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let runs = ["first", "second"].map(|name| {
        let run = RunTree::builder(name).sink(exporter.clone()).build();
        let before = posts();
        run.post();
        wait_for(before + 1);
        run
    });
    for run in &runs {
        run.end().patch();
    }
    // time to make a batch of the ends
    std::thread::sleep(Duration::from_millis(100));
    may_arrive.lock().unwrap().insert("second");
    std::thread::sleep(Duration::from_millis(200));
    let early = count(&|_, kind| kind == "patch");
    may_arrive.lock().unwrap().insert("first");
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!((early, count(&|is_answer, kind| is_answer && kind == "patch")), (0, 2));
}

#[test]
fn a_server_in_trouble_is_tried_by_one_request_at_a_time() {
    let server = Server::start();
    let [open, in_trouble] = [(); 2].map(|()| Arc::new(Open::default()));
    let is_down = Arc::new(AtomicBool::new(false));
    // of what was on its way when the trouble began there may be several
    let is_over = Arc::new(AtomicBool::new(false));
    let (seen, tried, down, over) = (open.clone(), in_trouble.clone(), is_down.clone(), is_over.clone());
    server.rule(move |_| {
        if !down.load(SeqCst) {
            seen.hold(Duration::from_millis(40));
        } else if over.load(SeqCst) {
            tried.hold(Duration::from_millis(40));
        }
        Answer::Status(if down.load(SeqCst) { 503 } else { 202 })
    });
    let exporter = exporter(config(&server.url()).batch_operations(2));
    starts(&exporter, 120);
    wait_for(|| open.now.load(SeqCst) > 3);
    is_down.store(true, SeqCst);
    wait_for(|| open.now.load(SeqCst) == 0);
    // each of those has been told by now, or soon is
    std::thread::sleep(Duration::from_millis(200));
    is_over.store(true, SeqCst);
    let refused = server.requests().len();
    wait_for(|| server.requests().len() >= refused + 4);
    is_down.store(false, SeqCst);
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!((in_trouble.most(), exporter.stats().delivered), (1, 120));
}

/// One request of many is told to come back later: that holds for all of them.
#[test]
fn a_server_that_asks_for_a_pause_is_left_alone_by_all() {
    let server = Server::start();
    let asked: Arc<Mutex<Option<Instant>>> = Arc::default();
    let early = Arc::new(AtomicUsize::new(0));
    let (own, counted) = (asked.clone(), early.clone());
    server.rule(move |request| {
        let since = own.lock().unwrap().map(|at| at.elapsed());
        // those that were on their way may come in a moment later
        if since.is_some_and(|since| (100..1900).contains(&since.as_millis())) {
            counted.fetch_add(1, SeqCst);
        }
        std::thread::sleep(Duration::from_millis(40));
        let is_limited = mains(request).iter().any(|(_, main)| main["name"] == "limited");
        if is_limited && own.lock().unwrap().is_none() {
            *own.lock().unwrap() = Some(Instant::now());
            return Answer::With(429, "Retry-After: 2\r\n".to_owned());
        }
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_operations(2));
    starts(&exporter, 60);
    RunTree::builder("limited").sink(exporter.clone()).build().post();
    starts(&exporter, 61);
    assert!(exporter.flush(LONG).is_lossless());
    assert!(asked.lock().unwrap().is_some_and(|at| at.elapsed() >= Duration::from_secs(2)));
    assert_eq!((early.load(SeqCst), exporter.stats().delivered), (0, 122));
}

#[test]
fn what_waits_for_its_turn_meanwhile_is_not_given_up_for_that() {
    let server = Server::start();
    let (open, is_down) = (Arc::new(Open::default()), Arc::new(AtomicBool::new(false)));
    let (seen, down) = (open.clone(), is_down.clone());
    server.rule(move |_| {
        seen.hold(Duration::from_millis(60));
        Answer::Status(if down.load(SeqCst) { 503 } else { 202 })
    });
    let budget = Duration::from_secs(3);
    let exporter = exporter(config(&server.url()).batch_operations(2).retry_timeout(budget));
    starts(&exporter, 120);
    wait_for(|| open.now.load(SeqCst) == 8);
    is_down.store(true, SeqCst);
    // all eight have waited that long then, and some of them for others
    std::thread::sleep(budget + Duration::from_millis(800));
    is_down.store(false, SeqCst);
    assert!(exporter.flush(LONG).is_complete());
    let stats = exporter.stats();
    assert_eq!(stats.dropped.total(), stats.dropped.retries_exhausted);
    assert!(stats.dropped.total() <= 2 * 5, "{:?}", stats.dropped);
}

#[test]
fn what_is_on_its_way_at_a_shut_down_is_counted_once() {
    let server = Server::start();
    let open = Arc::new(Open::default());
    let seen = open.clone();
    server.rule(move |_| {
        seen.hold(Duration::from_millis(50));
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).batch_operations(2));
    starts(&exporter, 200);
    while open.now.load(SeqCst) < 5 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let report = exporter.shutdown(Duration::from_millis(10));
    let stats = exporter.stats();
    assert_eq!((report.remaining, stats.queued), (0, 0));
    assert_eq!((stats.submitted, stats.delivered + stats.dropped.shutdown), (200, 200));
    // those that are on their way may still arrive, and are not counted again
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(exporter.stats().delivered, stats.delivered);
}
