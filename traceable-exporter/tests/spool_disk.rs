//! File system trouble: no silent loss, nothing sent twice, and one warning says what is wrong.

mod support;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{LONG, Warnings, config, delivered_names, exporter, run};
use traceable_exporter::{ConfigBuilder, Spool};

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

/// The main files of the only process folder.
fn files(folder: &Scratch) -> Vec<PathBuf> {
    let inside = folder.only_folder().join("0000");
    let paths = fs::read_dir(inside).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "spool")).collect()
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

#[test]
fn deleting_the_folder_while_it_is_used_loses_nothing() {
    let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
    server.rule(|_| Answer::Status(503));
    let exporter = exporter(spooled(&server, &folder, &warnings));
    for n in 0..3 {
        run(&exporter, &format!("r{n}"));
        let _ = exporter.flush(Duration::from_millis(60));
    }
    assert_eq!(exporter.stats().on_disk, 6);
    fs::remove_dir_all(folder.path()).unwrap();
    for n in 3..6 {
        run(&exporter, &format!("r{n}"));
        let _ = exporter.flush(Duration::from_millis(60));
    }
    server.rule(|_| Answer::Status(202));
    let report = exporter.flush(LONG);
    assert!(report.is_lossless(), "{report}");
    // and later
    run(&exporter, "r6");
    assert!(exporter.flush(LONG).is_lossless());
    run(&exporter, "r7");
    assert!(exporter.flush(LONG).is_lossless());
    let expected: Vec<String> = (0..8).map(|n| format!("r{n}")).collect();
    assert_eq!(sorted(delivered_names(&server)), expected);
    let count = warnings.lines().iter().filter(|line| line.contains("wait in memory")).count();
    assert_eq!(count, 1, "{:?}", warnings.lines());
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
