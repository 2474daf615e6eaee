//! What was answered with 202 is there, whenever the process was killed.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use serde_json::{Value, json};
use traceable_viewer::{Store, Viewer};

use super::common::{MULTIPART, eventually, multipart};
use super::process::{Client, Serve};
use super::runs::{id, noise, run};

const ROUNDS: u64 = 8;
const CLIENTS: u64 = 3;
const RUNS: u64 = 5;

/// What a client knows of its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// It sent the runs, and has no answer.
    #[default]
    Sent,
    Posted,
    /// With outputs, ends and a file.
    Patched,
}

/// Sends traces until the process dies; returns each with what was acknowledged of it.
fn send_until_killed(client: &Client, first: u64, acknowledged: &AtomicU64) -> Vec<(u64, Known)> {
    let mut traces = Vec::new();
    for number in first.. {
        let mut known = Known::Sent;
        let answered = send_trace(client, number, &mut known, acknowledged);
        traces.push((number, known));
        if answered.is_none() {
            break;
        }
    }
    traces
}

fn send_trace(client: &Client, number: u64, known: &mut Known, acknowledged: &AtomicU64) -> Option<()> {
    let stored = |(status, text): (u16, String)| {
        assert_eq!(status, 202, "{text}");
        acknowledged.fetch_add(1, Ordering::Relaxed);
    };
    let full: Vec<Value> = (0..RUNS).map(|at| run(number, at, &noise(number, 2000))).collect();
    let without_end = |mut run: Value| {
        let fields = run.as_object_mut().unwrap();
        fields.retain(|key, _| key != "outputs" && key != "end_time");
        run
    };
    let begun: Vec<Value> = full.iter().cloned().map(without_end).collect();
    stored(client.post(&json!({ "post": begun }))?);
    *known = Known::Posted;
    let patches = full.iter().map(|run| (format!("patch.{}", run["id"].as_str().unwrap()), run.to_string()));
    let file = (format!("attachment.{}.file", id(number, 0)), noise(number, 10_000));
    let parts: Vec<(String, String)> = patches.chain([file]).collect();
    let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    stored(client.send("/runs/multipart", MULTIPART, multipart(&parts))?);
    *known = Known::Patched;
    Some(())
}

fn check(store: &Store, number: u64, known: Known) {
    let runs = store.trace(id(number, 0)).unwrap();
    if known >= Known::Posted {
        assert_eq!(runs.len() as u64, RUNS, "trace {number}, {known:?}");
    }
    let text = noise(number, 2000);
    for run in &runs {
        // whatever was not acknowledged is there as well, or not at all
        assert_eq!(run.inputs.as_deref(), Some(json!({ "question": text }).to_string().as_str()));
        assert_eq!(run.end_us.is_some(), run.outputs.is_some());
        if known == Known::Patched {
            assert_eq!(run.outputs.as_deref(), Some(json!({ "answer": text }).to_string().as_str()));
        }
    }
    if known == Known::Patched {
        let file = store.attachment(id(number, 0), "file").unwrap();
        assert_eq!(file.as_deref(), Some(noise(number, 10_000).as_bytes()), "trace {number}");
    }
}

fn is_whole(db: &Path) {
    let conn = Connection::open(db).unwrap();
    let found: String = conn.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    let apart = "SELECT (SELECT count(*) FROM run WHERE rid NOT IN (SELECT rid FROM payload)) \
                 + (SELECT count(*) FROM payload WHERE rid NOT IN (SELECT rid FROM run)) \
                 + (SELECT count(*) FROM attachment WHERE fid NOT IN (SELECT fid FROM file))";
    assert_eq!(conn.query_row(apart, (), |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn what_was_acknowledged_survives_kills_under_load() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let mut model: Vec<(u64, Known)> = Vec::new();
    for round in 0..ROUNDS {
        let serve = Serve::start("", &db);
        let acknowledged = AtomicU64::new(0);
        model.extend(std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|at| {
                    let (client, acknowledged) = (serve.client(), &acknowledged);
                    let first = (round * CLIENTS + at) * 100_000;
                    scope.spawn(move || send_until_killed(&client, first, acknowledged))
                })
                .collect();
            // another moment each round; the clients go on all the while
            let enough = 3 + 17 * round;
            eventually(|| (acknowledged.load(Ordering::Relaxed) >= enough).then_some(()));
            serve.kill();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
        }));
        // the log of the killed process is read as it is
        let store = Store::open(&db).unwrap();
        model.iter().for_each(|(number, known)| check(&store, *number, *known));
    }
    let patched = model.iter().filter(|(_, known)| *known == Known::Patched).count();
    assert!(patched > 20, "{patched} of {} traces", model.len());
    drop(Viewer::builder().db(&db).port(0).start().unwrap());
    let store = Store::open(&db).unwrap();
    model.iter().for_each(|(number, known)| check(&store, *number, *known));
    is_whole(&db);
}

/// Two processes store in one file; one of them is killed, and the other does not notice.
#[test]
fn a_killed_process_does_not_disturb_another_on_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let (killed, stays) = (Serve::start("", &db), Serve::start("", &db));
    let (of_killed, of_other) = (AtomicU64::new(0), AtomicU64::new(0));
    let (to_killed, to_other) = (killed.client(), stays.client());
    let traces = std::thread::scope(|scope| {
        let sender = scope.spawn(|| send_until_killed(&to_killed, 0, &of_killed));
        let other = scope.spawn(|| {
            let mut traces = Vec::new();
            for number in 100_000..100_030 {
                let mut known = Known::Sent;
                send_trace(&to_other, number, &mut known, &of_other).expect("it lives");
                traces.push((number, known));
            }
            traces
        });
        let both = || of_killed.load(Ordering::Relaxed) > 4 && of_other.load(Ordering::Relaxed) > 4;
        eventually(|| both().then_some(()));
        killed.kill();
        [sender.join().unwrap(), other.join().unwrap()].concat()
    });
    stays.kill();
    let store = Store::open(&db).unwrap();
    traces.iter().for_each(|(number, known)| check(&store, *number, *known));
    is_whole(&db);
}

/// A limit on the size of files is as a disk that becomes full.
#[test]
fn what_was_acknowledged_is_there_when_the_disk_becomes_full() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let serve = Serve::start("trap '' XFSZ; ulimit -f 6000;", &db);
    let (client, acknowledged) = (serve.client(), AtomicU64::new(0));
    let mut stored = Vec::new();
    let refused = (0..5000).find_map(|number| {
        let runs: Vec<_> = (0..RUNS).map(|at| run(number, at, &noise(number * RUNS + at, 8000))).collect();
        match client.post(&json!({ "post": runs })).expect("it goes on") {
            (202, _) => {
                stored.push(number);
                None
            }
            refused => Some(refused),
        }
    });
    let (status, text) = refused.expect("there is no room any more");
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("disk of the database is full") || text.contains("can only be read"), "{text}");
    assert!(stored.len() > 10, "{}", stored.len());
    serve.kill();
    // now there is room
    let serve = Serve::start("", &db);
    let mut known = Known::Sent;
    send_trace(&serve.client(), 10_000, &mut known, &acknowledged).unwrap();
    serve.kill();
    let store = Store::open(&db).unwrap();
    check(&store, 10_000, Known::Patched);
    for number in stored {
        let runs = store.trace(id(number, 0)).unwrap();
        assert_eq!(runs.len() as u64, RUNS, "trace {number}");
        assert!(runs.iter().all(|run| run.outputs.is_some()));
    }
    is_whole(&db);
}
