//! Processes that are killed, that share a spool, or whose disk is full. Each process is this test in another role.

#![allow(clippy::print_stdout, reason = "each process reports to the test that started it")]

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, delivered_names, delivered_operations, exporter, operations_of, run};
use serde_json::json;
use traceable_core::RunTree;
use traceable_exporter::{Exporter, Spool};

const ROLE: &str = "TEST_ROLE";
const URL: &str = "TEST_URL";
const FOLDER: &str = "TEST_FOLDER";
const PREFIX: &str = "TEST_PREFIX";

/// Runs that were submitted longer than this before a kill must be on disk: the batch delay of the tests is 20 ms,
/// the rest is for busy machines.
const ON_DISK_AFTER: Duration = Duration::from_millis(1500);

fn command(program: &str, role: &str, server: &Server, folder: &Scratch, prefix: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env(ROLE, role)
        .env(URL, server.url())
        .env(FOLDER, folder.path())
        .env(PREFIX, prefix)
        .stdout(Stdio::piped());
    command
}

const ARGUMENTS: [&str; 4] = ["--exact", "spool_processes::the_role", "--nocapture", "--include-ignored"];

fn start(role: &str, server: &Server, folder: &Scratch, prefix: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    command(program.to_str().unwrap(), role, server, folder, prefix).args(ARGUMENTS).spawn().unwrap()
}

fn in_this_role(prefix: &str) -> (Arc<Exporter>, impl Fn(usize) -> String + use<>) {
    let var = |name| std::env::var(name).unwrap();
    let exporter =
        exporter(config(&var(URL)).batch_delay(Duration::from_millis(20)).spool(Spool::new(var(FOLDER))));
    let prefix = prefix.to_owned();
    (exporter, move |n| format!("{prefix}-{n}"))
}

#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn the_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let (exporter, name) = in_this_role(&std::env::var(PREFIX).unwrap());
    match role.as_str() {
        // until it is killed
        "endless" => {
            for n in 0.. {
                run(&exporter, &name(n));
                println!("submitted {}", name(n));
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        "some" => {
            for n in 0..200 {
                run(&exporter, &name(n));
            }
            let report = exporter.flush(LONG);
            println!("delivered {} of {}", report.delivered, exporter.stats().submitted);
        }
        // takes over, and submits nothing
        "nothing" => {
            exporter.start();
            while exporter.stats().recovered == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            println!("taken over");
            std::thread::sleep(LONG);
        }
        "large" => {
            for n in 0..200 {
                let text: String = (0..4000).map(|_| fastrand::alphanumeric()).collect();
                RunTree::builder(name(n)).inputs(json!({"t": text})).sink(exporter.clone()).build().post();
                std::thread::sleep(Duration::from_millis(1));
            }
            let report = exporter.flush(LONG);
            println!("delivered {} of {}", report.delivered, exporter.stats().submitted);
        }
        _ => {}
    }
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok)
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_process_loses_only_the_last_moment() {
    let (server, folder) = (Server::start(), Scratch::new());
    let mut expected = HashSet::new();
    for round in 0..8_u64 {
        // unhealthy most of the time, so that there is always something left
        let is_healthy = round % 3 == 2;
        server.rule(move |_| Answer::Status(if is_healthy { 202 } else { 503 }));
        let mut child = start("endless", &server, &folder, &format!("p{round}"));
        let submitted: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
        let (own, lines) = (submitted.clone(), lines(&mut child));
        let reader = std::thread::spawn(move || {
            for line in lines {
                if let Some(name) = line.split("submitted ").nth(1) {
                    own.lock().unwrap().push((name.to_owned(), Instant::now()));
                }
            }
        });
        std::thread::sleep(ON_DISK_AFTER + Duration::from_millis(300 + fastrand::u64(..400)));
        let killed_at = Instant::now();
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        let before = killed_at - ON_DISK_AFTER;
        let submitted = submitted.lock().unwrap();
        expected.extend(submitted.iter().filter(|(_, at)| *at < before).map(|(name, _)| name.clone()));
    }
    assert!(expected.len() > 100, "{}", expected.len());

    server.rule(|_| Answer::Status(202));
    let (last, begun) = (exporter(config(&server.url()).spool(Spool::new(folder.path()))), Instant::now());
    last.start();
    loop {
        let delivered: HashSet<String> = delivered_names(&server).into_iter().collect();
        let missing: Vec<_> = expected.difference(&delivered).collect();
        if missing.is_empty() {
            break;
        }
        assert!(begun.elapsed() < LONG, "{} of {} are missing", missing.len(), expected.len());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(last.stats().dropped.total(), 0);
}

/// A process is killed while a request is in flight, after others were answered; a second one takes the file over and is
/// killed too. Delivery is at least once: what was answered is not sent again, what was in flight is.
#[test]
fn who_takes_over_sends_again_what_was_in_flight_and_nothing_else() {
    let (server, folder) = (Server::start(), Scratch::new());
    // how many runs the first batch holds depends on the machine
    server.rule(|_| Answer::Status(503));
    let mut first = start("endless", &server, &folder, "p");
    let mut output = lines(&mut first);
    output.find(|line| line.contains("submitted p-99")).unwrap();
    // uses the second process folder, as the first is locked
    let mut second = start("nothing", &server, &folder, "q");
    let others = folder.only_folder();
    wait_until("the second process has a folder", || others.join("0001").join("lock").exists());
    let (taken, most) = (Arc::new(Mutex::new(0)), 3);
    let own = taken.clone();
    server.rule(move |_| {
        let mut taken = own.lock().unwrap();
        *taken += 1;
        match *taken {
            n if n <= most => Answer::Status(202),
            // the server has it, and the process never learns that
            n if n == most + 1 => Answer::Stall(LONG),
            _ => Answer::Status(503),
        }
    });
    let stalled = || server.answered().into_iter().find(|(_, status)| *status == 0);
    wait_until("a request is in flight", || stalled().is_some());
    first.kill().unwrap();
    first.wait().unwrap();
    let in_flight: HashSet<_> = operations_of(&stalled().unwrap().0).into_iter().collect();
    let answered: HashSet<_> = delivered_operations(&server).into_iter().collect();
    assert!(!answered.is_empty() && !in_flight.is_empty() && answered.is_disjoint(&in_flight));
    lines(&mut second).find(|line| line.contains("taken over")).unwrap();
    second.kill().unwrap();
    second.wait().unwrap();

    let last = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    server.rule(|_| Answer::Status(202));
    last.start();
    wait_until("all is sent", || last.stats().recovered > 0 && last.stats().queued == 0);
    // the start and end of a run may be in two batches
    let mut operations = delivered_operations(&server);
    let all = operations.len();
    operations.sort();
    operations.dedup();
    assert!(operations.len() >= 99, "{}", operations.len());
    assert_eq!(all, operations.len(), "{} operations were sent again", all - operations.len());
    assert!(
        in_flight.iter().all(|operation| operations.contains(operation)),
        "what was in flight is missing"
    );
}

#[test]
fn processes_share_a_spool() {
    let (server, folder) = (Server::start(), Scratch::new());
    let children: Vec<_> = ["a", "b", "c"].map(|p| (p, start("some", &server, &folder, p))).into();
    for (prefix, mut child) in children {
        let output: Vec<String> = lines(&mut child).collect();
        assert!(child.wait().unwrap().success());
        assert!(output.iter().any(|line| line.contains("delivered 400 of 400")), "{prefix}: {output:?}");
    }
    let mut names = delivered_names(&server);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 600);
}

/// A limit on the length of files simulates a full disk: both are a system error in the middle of a record.
#[test]
#[cfg(unix)]
fn a_full_disk_loses_nothing() {
    let (server, folder) = (Server::start(), Scratch::new());
    let program = std::env::current_exe().unwrap();
    let mut child = command("sh", "large", &server, &folder, "full")
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\"", program.to_str().unwrap()])
        .args(ARGUMENTS)
        // the limit would apply to a file here too
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // time to fill the disk
    server.rule(|_| Answer::Status(503));
    std::thread::sleep(Duration::from_millis(1500));
    let written: u64 = std::fs::read_dir(folder.only_folder().join("0000"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!((50_000..300_000).contains(&written), "{written}");
    server.rule(|_| Answer::Status(202));
    let output: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().unwrap().success(), "{output:?}");
    assert!(output.iter().any(|line| line.contains("delivered 200 of 200")), "{output:?}");
}
