//! A full or failing disk, syncing, and the quarantine.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::{FileKind, Label, Scratch, Spool, SpoolStore, drain, label, next, segment};
use crate::spool::AppendError;
use crate::spool::age::{Clock, WrittenAt};

#[test]
fn a_full_spool_appends_nothing_until_something_is_acknowledged() {
    let scratch = Scratch::new();
    let (store, _) = SpoolStore::open(&Spool::new(&scratch.0).max_bytes(20 << 20)).unwrap();
    let body = vec![0; 4 << 20];
    let mut taken = 0;
    while store.append(&label(1), &body, 0, || {}).is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 4);
    assert!(matches!(store.append(&label(1), &body, 0, || {}), Err(AppendError::Full)));
    for _ in 0..2 {
        store.acknowledge(&next(&store));
    }
    assert!(store.append(&label(1), &body, 0, || {}).is_ok());
}

#[test]
fn a_file_that_cannot_be_created_does_not_block_the_next() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    fs::create_dir(segment::path(&scratch.0.join("0000"), FileKind::Main, 1)).unwrap();
    assert!(matches!(store.append(&label(1), b"1", 0, || {}), Err(AppendError::Disk(_))));
    store.append(&label(1), b"2", 0, || {}).unwrap();
    assert_eq!(drain(&store), [b"2"]);
}

#[test]
fn records_are_synced_even_if_no_other_follows() {
    let scratch = Scratch::new();
    let settings = Spool::new(&scratch.0).sync_every(std::time::Duration::from_millis(30));
    let (store, _) = SpoolStore::open(&settings).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| store.sync_until_closed(|| {}, |error| panic!("{error}"), || {}));
        store.append(&label(1), b"1", 0, || {}).unwrap();
        assert!(store.is_unsynced());
        let begun = std::time::Instant::now();
        while store.is_unsynced() {
            assert!(begun.elapsed().as_secs() < 10);
            std::thread::yield_now();
        }
        store.close();
    });
}

/// A store whose syncs fail while the flag is set, and how many syncs there were.
fn on_a_failing_disk(scratch: &Scratch) -> (SpoolStore, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (fails, syncs) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let own = (fails.clone(), syncs.clone());
    let sync = move |_: &fs::File| {
        own.1.fetch_add(1, SeqCst);
        if own.0.load(SeqCst) { Err(io::Error::other("no such luck")) } else { Ok(()) }
    };
    let settings = Spool::new(&scratch.0).sync_every(Duration::from_millis(10));
    (SpoolStore::open_with(&settings, Box::new(sync), Clock::new()).unwrap().0, fails, syncs)
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !condition() {
        assert!(begun.elapsed().as_secs() < 10);
        std::thread::yield_now();
    }
}

#[test]
fn a_file_that_cannot_be_synced_never_counts_as_synced_and_loses_nothing() {
    let scratch = Scratch::new();
    let (store, fails, syncs) = on_a_failing_disk(&scratch);
    let (synced, errors) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let on_error = |error: &io::Error| {
                assert_eq!(error.to_string(), "no such luck");
                errors.fetch_add(1, SeqCst);
            };
            store.sync_until_closed(|| _ = synced.fetch_add(1, SeqCst), on_error, || {});
        });
        store.append(&label(1), b"1", 0, || {}).unwrap();
        wait_until(|| errors.load(SeqCst) == 1);
        std::thread::sleep(Duration::from_millis(50));
        // that file is not synced again, as success would mean nothing; later records go to another file
        fails.store(false, SeqCst);
        store.append(&label(1), b"2", 0, || {}).unwrap();
        wait_until(|| syncs.load(SeqCst) == 2);
        assert_eq!(scratch.segments().len(), 2);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!((synced.load(SeqCst), errors.load(SeqCst), syncs.load(SeqCst)), (0, 1, 2));
        // once the first record is acknowledged, all others are synced
        store.acknowledge(&next(&store));
        store.append(&label(1), b"3", 0, || {}).unwrap();
        wait_until(|| synced.load(SeqCst) == 1);
        store.close();
    });
    assert_eq!(drain(&store), [b"2", b"3"]);
}

/// Who was killed may have left them in the system's memory.
#[test]
fn files_of_a_former_process_are_synced_before_they_count_as_synced() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"1", 0, || {}).unwrap();
    drop(store);
    let (store, fails, syncs) = on_a_failing_disk(&scratch);
    fails.store(false, SeqCst);
    let synced = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            store.sync_until_closed(|| _ = synced.fetch_add(1, SeqCst), |error| panic!("{error}"), || {});
        });
        // nothing is synced until the queue has counted them
        store.sync_recovered();
        wait_until(|| synced.load(SeqCst) == 1);
        store.close();
    });
    assert_eq!(syncs.load(SeqCst), 1);
}

#[test]
fn records_of_another_process_keep_their_age() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    let now = store.now().wall;
    // its clock showed the time at which the machine was switched off, then 1970, then the right time
    let times = [(now - 90 * 86_400, 10), (60, 20), (now - 86_400, 30)];
    for (wall, seconds) in times {
        let written_at = WrittenAt { wall, clock: Some((1, seconds)) };
        store.append(&Label { written_at, ..label(1) }, b"x", 0, || {}).unwrap();
    }
    drop(store);
    let (store, _) = scratch.open();
    for _ in times {
        let entry = next(&store);
        let payload = store.read(&entry).unwrap().unwrap();
        let expires_at = store.expires_at(&Label::split(&payload).unwrap().0).unwrap().unwrap();
        let days = (expires_at - std::time::Instant::now()).as_secs().div_ceil(86_400);
        assert_eq!(days, 6);
        store.acknowledge(&entry);
    }
}

#[test]
fn a_record_is_quarantined_only_when_its_copy_is_synced() {
    let scratch = Scratch::new();
    let (store, fails, _) = on_a_failing_disk(&scratch);
    for body in [b"1", b"2", b"3"] {
        store.append(&label(1), body, 0, || {}).unwrap();
    }
    let first = next(&store);
    assert!(!store.quarantine(&first, None));
    assert!(scratch.files(FileKind::Quarantine).is_empty());
    fails.store(false, SeqCst);
    assert!(store.quarantine(&first, None));
    store.acknowledge(&first);
    assert_eq!(scratch.files(FileKind::Quarantine).len(), 1);
    // no second one until the server has accepted a record
    assert!(!store.quarantine(&next(&store), None));
    store.acknowledge(&next(&store));
    store.server_accepted();
    let quarantined = next(&store);
    assert!(quarantined.is_quarantined());
    assert!(store.read(&quarantined).unwrap().unwrap().ends_with(b"1"));
    store.postpone(&quarantined);
    assert_eq!(drain(&store), [b"3"]);
    drop(store);
    // the next process recovers it, whatever folder it uses
    fs::rename(scratch.0.join("0000"), scratch.0.join("0005")).unwrap();
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, recovered.quarantined), (0, 1));
    let quarantined = store.first_quarantined().unwrap();
    assert!(store.read(&quarantined).unwrap().unwrap().ends_with(b"1"));
    store.acknowledge(&quarantined);
    assert!(scratch.files(FileKind::Quarantine).is_empty() && store.first_quarantined().is_none());
}

#[test]
fn quarantined_records_count_against_the_bound() {
    let scratch = Scratch::new();
    let (store, _) = SpoolStore::open(&Spool::new(&scratch.0).max_bytes(1000)).unwrap();
    for _ in 0..3 {
        store.append(&label(1), &[7; 100], 0, || {}).unwrap();
    }
    let first = next(&store);
    assert!(store.quarantine(&first, None));
    store.acknowledge(&first);
    store.server_accepted();
    // a quarter at most
    let second = store.first_quarantined().unwrap();
    assert!(second.is_quarantined());
    store.postpone(&second);
    assert!(!store.quarantine(&next(&store), None));
    let appended = (0..).take_while(|_| store.append(&label(1), &[7; 100], 0, || {}).is_ok()).count();
    assert!(appended < 4, "{appended}");
}

#[test]
fn a_record_on_disk_needs_little_memory() {
    assert!(std::mem::size_of::<crate::spool::Entry>() <= 48);
}

/// Each retry may cost a failed request and a pause, and there may be many quarantined records.
#[test]
fn quarantined_and_main_records_take_turns() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    for n in 1..=6 {
        store.append(&label(n), b"x", 0, || {}).unwrap();
    }
    for _ in 0..2 {
        let entry = next(&store);
        store.server_accepted();
        assert!(store.quarantine(&entry, None));
        store.acknowledge(&entry);
    }
    drop(store);
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, recovered.quarantined), (18, 3));
    store.server_accepted();
    let order: Vec<u64> = (0..6)
        .map(|_| {
            let entry = next(&store);
            match entry.is_quarantined() {
                true => store.postpone(&entry),
                false => drop(store.acknowledge(&entry)),
            }
            entry.operations
        })
        .collect();
    assert_eq!(order, [1, 3, 2, 4, 5, 6]);
}
