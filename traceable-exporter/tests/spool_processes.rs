//! Processes that are killed, that share a spool, and whose disk is full. Each is this same test in another role.

#![allow(clippy::print_stdout, reason = "each process tells the test that has started it")]

mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{LONG, config, delivered_names, exporter, run};
use traceable_core::RunTree;
use traceable_exporter::{Exporter, Spool};

const ROLE: &str = "TEST_ROLE";
const URL: &str = "TEST_URL";
const FOLDER: &str = "TEST_FOLDER";
const PREFIX: &str = "TEST_PREFIX";

/// What is handed over longer than this before a process is killed must be on disk: the batch delay of the tests is
/// 20 ms, the rest is for machines that are busy.
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

const ARGUMENTS: [&str; 4] = ["--exact", "the_role", "--nocapture", "--include-ignored"];

fn start(role: &str, server: &Server, folder: &Scratch, prefix: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    command(program.to_str().unwrap(), role, server, folder, prefix).args(ARGUMENTS).spawn().unwrap()
}

fn in_this_role(prefix: &str) -> (Arc<Exporter>, impl Fn(usize) -> String + use<>) {
    let var = |name| std::env::var(name).unwrap();
    let exporter = exporter(config(&var(URL)).spool(Spool::new(var(FOLDER))));
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
                println!("handed over {}", name(n));
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
        // only what others have left
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

#[test]
fn whoever_is_killed_loses_no_more_than_the_last_moment() {
    let (server, folder) = (Server::start(), Scratch::new());
    let mut expected = HashSet::new();
    for round in 0..8_u64 {
        // unwell most of the time, so that there is always something left
        let is_well = round % 3 == 2;
        server.rule(move |_| Answer::Status(if is_well { 202 } else { 503 }));
        let mut child = start("endless", &server, &folder, &format!("p{round}"));
        let handed_over: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
        let (own, lines) = (handed_over.clone(), lines(&mut child));
        let reader = std::thread::spawn(move || {
            for line in lines {
                if let Some(name) = line.split("handed over ").nth(1) {
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
        let handed_over = handed_over.lock().unwrap();
        expected.extend(handed_over.iter().filter(|(_, at)| *at < before).map(|(name, _)| name.clone()));
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

/// Of a file with several batches, some were delivered when its process was killed, and then a process that had taken it
/// over was killed as well.
#[test]
fn what_was_delivered_is_not_sent_again_by_who_takes_it_over() {
    let (server, folder) = (Server::start(), Scratch::new());
    // what the first batch holds is up to the machine
    server.rule(|_| Answer::Status(503));
    let mut first = start("endless", &server, &folder, "p");
    let mut said = lines(&mut first);
    said.find(|line| line.contains("handed over p-99")).unwrap();
    // in the folder of its own that it has now
    let mut second = start("nothing", &server, &folder, "q");
    let others = folder.only_folder();
    let begun = Instant::now();
    while !others.join("0001").join("lock").exists() {
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(5));
    }
    let (taken, most) = (Arc::new(Mutex::new(0)), 3);
    let own = taken.clone();
    server.rule(move |_| {
        let mut taken = own.lock().unwrap();
        *taken += 1;
        Answer::Status(if *taken <= most { 202 } else { 503 })
    });
    let begun = Instant::now();
    while *taken.lock().unwrap() <= most {
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(5));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let delivered: HashSet<String> = delivered_names(&server).into_iter().collect();
    assert!(!delivered.is_empty());
    lines(&mut second).find(|line| line.contains("taken over")).unwrap();
    second.kill().unwrap();
    second.wait().unwrap();

    let last = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    server.rule(|_| Answer::Status(202));
    last.start();
    let begun = Instant::now();
    while last.stats().recovered == 0 || last.stats().queued > 0 {
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut names = delivered_names(&server);
    let all = names.len();
    names.sort();
    names.dedup();
    assert!(names.len() >= 99, "{}", names.len());
    assert_eq!(all, names.len(), "{} names were sent twice", all - names.len());
}

#[test]
fn processes_share_a_spool() {
    let (server, folder) = (Server::start(), Scratch::new());
    let children: Vec<_> = ["a", "b", "c"].map(|p| (p, start("some", &server, &folder, p))).into();
    for (prefix, mut child) in children {
        let said: Vec<String> = lines(&mut child).collect();
        assert!(child.wait().unwrap().success());
        assert!(said.iter().any(|line| line.contains("delivered 400 of 400")), "{prefix}: {said:?}");
    }
    let mut names = delivered_names(&server);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 600);
}

/// A limit on the length of files stands for a disk that is full: both are an error of the system in the middle of a
/// record.
#[test]
#[cfg(unix)]
fn a_disk_that_takes_no_more_loses_nothing() {
    let (server, folder) = (Server::start(), Scratch::new());
    let program = std::env::current_exe().unwrap();
    let mut child = command("sh", "large", &server, &folder, "full")
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\"", program.to_str().unwrap()])
        .args(ARGUMENTS)
        // where this is a file, the limit is its too
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // time to fill what there is
    server.rule(|_| Answer::Status(503));
    std::thread::sleep(Duration::from_millis(1500));
    let written: u64 = std::fs::read_dir(folder.only_folder().join("0000"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!((50_000..300_000).contains(&written), "{written}");
    server.rule(|_| Answer::Status(202));
    let said: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().unwrap().success(), "{said:?}");
    assert!(said.iter().any(|line| line.contains("delivered 200 of 200")), "{said:?}");
}
