//! File system trouble: no silent loss, nothing sent twice, and one warning says what is wrong.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config, delivered_names, exporter, run};
use serde_json::json;
use traceable_core::RunTree;
use traceable_exporter::{ConfigBuilder, Exporter, Spool};

fn spooled(server: &Server, folder: &Scratch, warnings: &Warnings) -> ConfigBuilder {
    config(&server.url()).spool(Spool::new(folder.path())).on_warning(warnings.handler())
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The main files of the only process folder; none while there is no such folder.
fn files(folder: &Scratch) -> Vec<PathBuf> {
    let inside =
        |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let paths = inside(folder.path().to_owned()).flat_map(inside).flat_map(inside);
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "spool")).collect()
}

/// The one folder in a folder.
fn only(folder: &Path) -> PathBuf {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Submits these runs, each in a batch of its own, while the server is away.
fn put_on_disk(exporter: &Arc<Exporter>, runs: Range<u64>) {
    let before = exporter.stats().on_disk;
    for n in runs.clone() {
        run(exporter, &format!("r{n}"));
        let on_disk = before + 2 * (n + 1 - runs.start);
        wait_until("it is on disk", || exporter.flush(Duration::from_millis(30)).on_disk == on_disk);
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn a_disk_that_cannot_be_read_for_a_while_is_retried() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    server.rule(|_| Answer::Status(503));
    let first = exporter(spooled(&server, &folder, &warnings));
    for n in 0..3 {
        run(&first, &format!("r{n}"));
        let _ = first.flush(Duration::from_millis(60));
    }
    assert_eq!(first.shutdown(Duration::ZERO).left_on_disk, 6);
    drop(first);
    std::thread::sleep(Duration::from_millis(300));

    // the file was recovered but cannot be read: a folder in its place is a system error too
    let second = exporter(spooled(&server, &folder, &warnings));
    second.start();
    wait_until("the file is recovered", || second.stats().recovered == 6);
    let path = files(&folder).remove(0);
    let away = path.with_extension("away");
    fs::rename(&path, &away).unwrap();
    fs::create_dir(&path).unwrap();
    server.rule(|_| Answer::Status(202));
    let has_warned = || warnings.lines().iter().any(|line| line.contains("the spool cannot be read"));
    wait_until("the warning", || {
        // a record that was read already is not read again
        let _ = second.flush(Duration::from_millis(30));
        has_warned()
    });
    let stats = second.stats();
    assert_eq!((stats.dropped.total(), stats.on_disk), (0, 6 - stats.delivered));
    fs::remove_dir(&path).unwrap();
    fs::rename(&away, &path).unwrap();
    let report = second.flush(LONG);
    wait_until("all is delivered", || second.stats().delivered == 6);
    assert_eq!(report.dropped.total(), 0, "{report}");
    assert_eq!(sorted(delivered_names(&server)), ["r0", "r1", "r2"]);
    let count = warnings.lines().iter().filter(|line| line.contains("cannot be read")).count();
    assert_eq!(count, 1, "{:?}", warnings.lines());
}

/// What was on disk when the folder was deleted is read through open handles, and what comes later is on disk again: a process
/// that is killed leaves all of it.
#[test]
#[cfg(unix)]
fn a_folder_that_was_deleted_is_made_again_and_nothing_in_it_is_lost() {
    type Damage = fn(&Path);
    let ways: [(&str, Damage); 4] = [
        ("the spool", |folder| fs::remove_dir_all(folder).unwrap()),
        ("the destination", |folder| fs::remove_dir_all(only(folder)).unwrap()),
        ("the process folder", |folder| fs::remove_dir_all(only(&only(folder))).unwrap()),
        ("the files", |folder| {
            let inside = fs::read_dir(only(&only(folder))).unwrap();
            inside.for_each(|entry| fs::remove_file(entry.unwrap().path()).unwrap());
        }),
    ];
    for (what, damage) in ways {
        // without a new run the exporter looks at intervals
        let is_idle: &[bool] = if what == "the spool" { &[true, false] } else { &[false] };
        for &is_idle in is_idle {
            let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
            server.set_down(Some(Answer::Status(503)));
            let first = exporter(spooled(&server, &folder, &warnings));
            put_on_disk(&first, 0..3);
            damage(folder.path());
            if !is_idle {
                put_on_disk(&first, 3..6);
            }
            let total = if is_idle { 3 } else { 6 };
            wait_until(what, || !files(&folder).is_empty());
            assert_eq!(first.stats().on_disk, 2 * total, "{what}");
            assert_eq!(first.shutdown(Duration::ZERO).left_on_disk, 2 * total, "{what}");
            drop(first);
            folder.wait_until_unused();
            server.set_down(None);
            let second = exporter(spooled(&server, &folder, &warnings));
            assert!(second.flush(LONG).is_lossless(), "{what}");
            let expected: Vec<String> = (0..total).map(|n| format!("r{n}")).collect();
            assert_eq!(sorted(delivered_names(&server)), expected, "{what}");
            let count = warnings.lines().iter().filter(|line| line.contains("is made again")).count();
            assert_eq!(count, usize::from(what != "the files"), "{what}: {:?}", warnings.lines());
        }
    }
}

/// Only the oldest and the newest file are open.
#[test]
fn what_was_lost_with_a_deleted_folder_is_counted() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    server.set_down(Some(Answer::Status(503)));
    let exporter = exporter(spooled(&server, &folder, &warnings));
    // two runs fill a file
    let text: String = (0..10_000_000).map(|_| fastrand::alphanumeric()).collect();
    for n in 0..5 {
        let run = RunTree::builder(format!("r{n}")).inputs(json!({"t": text})).sink(exporter.clone()).build();
        run.post();
        wait_until("it is on disk", || exporter.flush(Duration::from_millis(30)).on_disk == n + 1);
    }
    assert!(files(&folder).len() >= 3);
    fs::remove_dir_all(folder.path()).unwrap();
    run(&exporter, "later");
    wait_until("the warning", || {
        let _ = exporter.flush(Duration::from_millis(30));
        warnings.lines().iter().any(|line| line.contains("run operations in it are lost"))
    });
    let stats = exporter.stats();
    assert!(stats.on_disk < stats.queued, "{stats:?}");
    server.set_down(None);
    let report = exporter.flush(LONG);
    assert!(report.dropped.unreadable > 0 && report.is_complete(), "{report}");
    assert_eq!(report.dropped.total(), report.dropped.unreadable, "{report}");
    assert_eq!(report.delivered + report.dropped.total(), exporter.stats().submitted, "{report}");
    assert!(delivered_names(&server).contains(&"later".to_owned()));
}

#[test]
fn a_folder_that_a_file_replaces_for_a_while_is_used_again() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    server.set_down(Some(Answer::Status(503)));
    let first = exporter(spooled(&server, &folder, &warnings));
    put_on_disk(&first, 0..1);
    fs::remove_dir_all(folder.path()).unwrap();
    fs::write(folder.path(), "").unwrap();
    for n in 1..4 {
        run(&first, &format!("r{n}"));
        let _ = first.flush(Duration::from_millis(30));
    }
    wait_until("the warning", || warnings.lines().iter().any(|line| line.contains("wait in memory")));
    fs::remove_file(folder.path()).unwrap();
    // but for the one record that is held in memory meanwhile
    wait_until("the rest is on disk", || first.stats().on_disk >= 6);
    server.set_down(None);
    assert!(first.flush(LONG).is_lossless());
    run(&first, "r4");
    assert!(first.flush(LONG).is_lossless());
    assert_eq!(sorted(delivered_names(&server)), ["r0", "r1", "r2", "r3", "r4"]);
}

/// Another process would take the folder over.
#[test]
#[cfg(unix)]
fn a_lock_that_was_deleted_is_made_again() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    server.set_down(Some(Answer::Status(503)));
    let first = exporter(spooled(&server, &folder, &warnings));
    put_on_disk(&first, 0..1);
    fs::remove_file(folder.only_folder().join("0000").join("lock")).unwrap();
    put_on_disk(&first, 1..2);
    let other = exporter(spooled(&server, &folder, &warnings));
    put_on_disk(&other, 2..3);
    assert_eq!((first.stats().on_disk, other.stats().on_disk, other.stats().recovered), (4, 2, 0));
    server.set_down(None);
    assert!(first.flush(LONG).is_lossless() && other.flush(LONG).is_lossless());
    assert_eq!(sorted(delivered_names(&server)), ["r0", "r1", "r2"]);
}

#[test]
#[cfg(unix)]
fn a_folder_of_another_user_is_not_used() {
    use std::os::unix::fs::chown;
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    // creates the folder of the destination
    let first = exporter(spooled(&server, &folder, &warnings));
    first.start();
    wait_until("the folder is created", || {
        folder.path().exists() && folder.only_folder().join("0000").exists()
    });
    let _ = first.shutdown(Duration::ZERO);
    drop(first);
    // without the right to give a folder away, a foreign one serves
    let is_foreign = chown(folder.only_folder(), Some(12345), None).is_ok();
    let settings = match is_foreign {
        true => spooled(&server, &folder, &warnings),
        false => spooled(&server, &folder, &warnings).spool(Spool::new("/proc/1/task")),
    };
    let exporter = exporter(settings);
    run(&exporter, "r");
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(delivered_names(&server), ["r"]);
    let lines = warnings.lines();
    assert!(lines.len() == 1 && lines[0].contains("cannot be used"), "{lines:?}");
    assert!(!is_foreign || lines[0].contains("belongs to another user"), "{lines:?}");
}

#[test]
fn files_of_another_version_stay_and_one_warning_says_so() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    let first = exporter(spooled(&server, &folder, &warnings));
    run(&first, "r0");
    assert!(first.flush(LONG).is_lossless());
    let _ = first.shutdown(Duration::ZERO);
    drop(first);
    let inside = folder.only_folder().join("0000");
    let future =
        [("00000000000000aa.spool", "TRSPOOL2 later"), ("00000000000000ab.quarantine", "TRSPOOLb later")];
    for (name, content) in future {
        fs::write(inside.join(name), content).unwrap();
    }
    for n in 1..3 {
        std::thread::sleep(Duration::from_millis(300));
        let exporter = exporter(spooled(&server, &folder, &warnings));
        run(&exporter, &format!("r{n}"));
        assert!(exporter.flush(LONG).is_lossless());
        // later take-overs find them again, without another warning
        std::thread::sleep(Duration::from_millis(2500));
        let lines = warnings.lines();
        assert_eq!(lines.len(), n, "{lines:?}");
        assert!(lines[0].contains("2 spool files") && lines[0].contains("another version"), "{lines:?}");
        assert!(lines[0].contains("00000000000000aa.spool"), "{lines:?}");
        for (name, content) in future {
            assert_eq!(fs::read_to_string(inside.join(name)).unwrap(), content);
        }
        let _ = exporter.shutdown(Duration::ZERO);
    }
    assert_eq!(delivered_names(&server), ["r0", "r1", "r2"]);
}
