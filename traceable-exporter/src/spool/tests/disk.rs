//! What the disk takes, and what it does not.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::{Kind, Scratch, Spool, Store, drain, label, next, segment};
use crate::spool::AppendError;

#[test]
fn what_is_full_takes_no_more_until_something_was_delivered() {
    let scratch = Scratch::new();
    let (store, _) = Store::open(&Spool::new(&scratch.0).max_bytes(20 << 20)).unwrap();
    let body = vec![0; 4 << 20];
    let mut taken = 0;
    while store.append(&label(1), &body, 0, || {}).is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 4);
    assert!(matches!(store.append(&label(1), &body, 0, || {}), Err(AppendError::Full)));
    for _ in 0..2 {
        store.done(&next(&store));
    }
    assert!(store.append(&label(1), &body, 0, || {}).is_ok());
}

#[test]
fn a_file_that_cannot_be_made_does_not_hinder_the_next() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    fs::create_dir(segment::path(&scratch.0.join("0000"), Kind::Main, 1)).unwrap();
    assert!(matches!(store.append(&label(1), b"1", 0, || {}), Err(AppendError::Disk(_))));
    store.append(&label(1), b"2", 0, || {}).unwrap();
    assert_eq!(drain(&store), [b"2"]);
}

#[test]
fn what_was_written_is_synced_though_nothing_follows() {
    let scratch = Scratch::new();
    let settings = Spool::new(&scratch.0).sync_every(std::time::Duration::from_millis(30));
    let (store, _) = Store::open(&settings).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| store.sync_until_closed(|| {}, |error| panic!("{error}")));
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

/// A store whose disk does not say that it has anything, while that is wanted.
fn on_a_failing_disk(scratch: &Scratch) -> (Store, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (fails, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let own = (fails.clone(), asked.clone());
    let sync = move |_: &fs::File| {
        own.1.fetch_add(1, SeqCst);
        if own.0.load(SeqCst) { Err(io::Error::other("no such luck")) } else { Ok(()) }
    };
    let settings = Spool::new(&scratch.0).sync_every(Duration::from_millis(10));
    (Store::open_with(&settings, Box::new(sync)).unwrap().0, fails, asked)
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !condition() {
        assert!(begun.elapsed().as_secs() < 10);
        std::thread::yield_now();
    }
}

#[test]
fn what_the_disk_failed_to_take_is_not_called_safe_and_loses_nothing() {
    let scratch = Scratch::new();
    let (store, fails, asked) = on_a_failing_disk(&scratch);
    let (safe, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let tell = |error: &io::Error| {
                assert_eq!(error.to_string(), "no such luck");
                told.fetch_add(1, SeqCst);
            };
            store.sync_until_closed(|| _ = safe.fetch_add(1, SeqCst), tell);
        });
        store.append(&label(1), b"1", 0, || {}).unwrap();
        wait_until(|| told.load(SeqCst) == 1);
        std::thread::sleep(Duration::from_millis(50));
        // that file is not asked for again, as the answer would be worth nothing: another one takes what follows
        fails.store(false, SeqCst);
        store.append(&label(1), b"2", 0, || {}).unwrap();
        wait_until(|| asked.load(SeqCst) == 2);
        assert_eq!(scratch.segments().len(), 2);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!((safe.load(SeqCst), told.load(SeqCst), asked.load(SeqCst)), (0, 1, 2));
        // with the first, the doubt is gone
        store.done(&next(&store));
        store.append(&label(1), b"3", 0, || {}).unwrap();
        wait_until(|| safe.load(SeqCst) == 1);
        store.close();
    });
    assert_eq!(drain(&store), [b"2", b"3"]);
}

#[test]
fn a_record_is_set_aside_only_when_it_is_on_the_disk() {
    let scratch = Scratch::new();
    let (store, fails, _) = on_a_failing_disk(&scratch);
    for body in [b"1", b"2", b"3"] {
        store.append(&label(1), body, 0, || {}).unwrap();
    }
    let first = next(&store);
    assert!(!store.quarantine(&first, None));
    assert!(scratch.files(Kind::Quarantine).is_empty());
    fails.store(false, SeqCst);
    assert!(store.quarantine(&first, None));
    store.done(&first);
    assert_eq!(scratch.files(Kind::Quarantine).len(), 1);
    // a second one not before the server has taken something
    assert!(!store.quarantine(&next(&store), None));
    store.done(&next(&store));
    store.server_accepted();
    let quarantine = next(&store);
    assert!(quarantine.is_quarantined());
    assert!(store.read(&quarantine).unwrap().unwrap().ends_with(b"1"));
    store.postpone(&quarantine);
    assert_eq!(drain(&store), [b"3"]);
    drop(store);
    // the next process has it, whatever folder it uses
    fs::rename(scratch.0.join("0000"), scratch.0.join("0005")).unwrap();
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, recovered.quarantined), (0, 1));
    let quarantine = store.first_quarantined().unwrap();
    assert!(store.read(&quarantine).unwrap().unwrap().ends_with(b"1"));
    store.done(&quarantine);
    assert!(scratch.files(Kind::Quarantine).is_empty() && store.first_quarantined().is_none());
}

#[test]
fn what_is_set_aside_takes_room() {
    let scratch = Scratch::new();
    let (store, _) = Store::open(&Spool::new(&scratch.0).max_bytes(1000)).unwrap();
    for _ in 0..3 {
        store.append(&label(1), &[7; 100], 0, || {}).unwrap();
    }
    let first = next(&store);
    assert!(store.quarantine(&first, None));
    store.done(&first);
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
fn what_waits_on_disk_takes_little_memory() {
    assert!(std::mem::size_of::<crate::spool::Entry>() <= 48);
}

/// Each costs a request that fails and the pause after it, and there may be many.
#[test]
fn those_that_were_set_aside_and_those_in_the_line_take_turns() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    for n in 1..=6 {
        store.append(&label(n), b"x", 0, || {}).unwrap();
    }
    for _ in 0..2 {
        let entry = next(&store);
        store.server_accepted();
        assert!(store.quarantine(&entry, None));
        store.done(&entry);
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
                false => drop(store.done(&entry)),
            }
            entry.operations
        })
        .collect();
    assert_eq!(order, [1, 3, 2, 4, 5, 6]);
}
