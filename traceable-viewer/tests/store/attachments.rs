//! Files of runs: stored once each, read in parts.

use std::time::Duration;

use rusqlite::Connection;
use traceable_viewer::{Retention, StoredRun, prune};

use super::common::{Server, server};
use super::runs::{id, noise, trace};

fn send(server: &Server, run: u64, name: &str, bytes: &str) {
    let name = format!("attachment.{}.{name}", id(0, run));
    assert_eq!(server.multipart(&[(name.as_str(), bytes)]).status, 202);
}

fn stored(server: &Server) -> Vec<i64> {
    let conn = Connection::open(server.store().path()).unwrap();
    let mut sizes = conn.prepare("SELECT length(data) FROM file ORDER BY fid").unwrap();
    sizes.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn equal_files_are_stored_once() {
    let server = server();
    assert_eq!(server.json("POST", "/runs/batch", &trace(0, 3, "text")).status, 202);
    let (same, other) = (noise(1, 200_000), noise(2, 300_000));
    for run in 0..3 {
        send(&server, run, "same", &same);
        send(&server, run, "again", &same);
    }
    send(&server, 1, "other", &other);
    assert_eq!(stored(&server), [200_000, 300_000]);
    let run: StoredRun = server.store().run(id(0, 1)).unwrap().unwrap();
    let names: Vec<_> = run.attachments.iter().map(|file| (file.name.as_str(), file.len)).collect();
    assert_eq!(names, [("same", 200_000), ("again", 200_000), ("other", 300_000)]);
    assert_eq!(run.attachments[0].sha256, run.attachments[1].sha256);
    assert_ne!(run.attachments[0].sha256, run.attachments[2].sha256);
    for (name, bytes) in [("same", &same), ("again", &same), ("other", &other)] {
        assert_eq!(server.store().attachment(run.id, name).unwrap().unwrap(), bytes.as_bytes());
    }
    // one that is replaced in its last place goes
    send(&server, 1, "other", "short");
    assert_eq!(stored(&server), [200_000, 5]);
    for (run, name) in [(0, "same"), (0, "again"), (1, "same"), (1, "again"), (2, "same")] {
        send(&server, run, name, "short");
    }
    assert_eq!(stored(&server), [200_000, 5], "a run still has it");
    send(&server, 2, "again", "short");
    assert_eq!(stored(&server), [5]);
    prune(server.store().path(), &Retention::unlimited().max_age(Duration::ZERO), |_| {}).unwrap();
    assert_eq!(stored(&server), [0; 0]);
}

#[test]
fn a_part_of_a_file() {
    let server = server();
    assert_eq!(server.json("POST", "/runs/batch", &trace(0, 1, "text")).status, 202);
    let bytes = noise(3, 1_000_000);
    send(&server, 0, "large", &bytes);
    let len = bytes.len() as u64;
    for range in [0..len, 0..1, 499_990..500_010, len - 1..len, len..len, 7..7, len - 3..u64::MAX] {
        let part = server.store().attachment_range(id(0, 0), "large", |_| range.clone());
        let (file, part) = part.unwrap().unwrap();
        assert_eq!((file.name.as_str(), file.len), ("large", len));
        let [start, end] = [range.start, range.end.min(len)].map(|at| usize::try_from(at).unwrap());
        assert_eq!(part, &bytes.as_bytes()[start..end], "{range:?}");
    }
    let (reversed, behind) = (std::ops::Range { start: 9, end: 3 }, len + 5..len + 9);
    for range in [reversed, behind] {
        let (_, part) = server.store().attachment_range(id(0, 0), "large", |_| range).unwrap().unwrap();
        assert!(part.is_empty());
    }
    assert!(server.store().attachment_range(id(0, 0), "none", |file| 0..file.len).unwrap().is_none());
    assert!(server.store().attachment_range(id(9, 9), "large", |file| 0..file.len).unwrap().is_none());
}
