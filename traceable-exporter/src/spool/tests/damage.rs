//! Damaged files: which records survive.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Label, Recovered, Scratch, drain, label, next};
use crate::spool::entry::Storage;

/// A file with three records, its bytes, and where each record ends.
fn three_records(scratch: &Scratch) -> (PathBuf, Vec<u8>, Vec<usize>) {
    let (store, _) = scratch.open();
    let mut ends = Vec::new();
    for body in [&b"first"[..], &[7; 100], b""] {
        store.append(&label(1), body, 0, || {}).unwrap();
        ends.push(fs::metadata(&scratch.segments()[0]).unwrap().len() as usize);
    }
    drop(store);
    let path = scratch.segments().remove(0);
    let bytes = fs::read(&path).unwrap();
    (path, bytes, ends)
}

fn reopen_with(scratch: &Scratch, path: &Path, bytes: &[u8]) -> (Vec<Vec<u8>>, Recovered) {
    let _ = fs::remove_file(path.with_file_name("cursor"));
    fs::write(path, bytes).unwrap();
    let (store, recovered) = scratch.open();
    (drain(&store), recovered)
}

#[test]
fn a_truncated_file_loses_only_the_records_that_were_truncated() {
    let scratch = Scratch::new();
    let (path, bytes, ends) = three_records(&scratch);
    for length in 0..=bytes.len() {
        let (bodies, recovered) = reopen_with(&scratch, &path, &bytes[..length]);
        let whole = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(bodies.len(), whole, "truncated to {length}");
        assert_eq!(recovered.operations, whole as u64);
        let at_an_end = length <= 8 || ends.contains(&length);
        assert_eq!(recovered.damaged == 0, at_an_end, "truncated to {length}");
    }
}

#[test]
fn a_flipped_bit_anywhere_costs_one_record_at_most() {
    let scratch = Scratch::new();
    let (path, bytes, _) = three_records(&scratch);
    let (all, _) = reopen_with(&scratch, &path, &bytes);
    assert_eq!(all.len(), 3);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let (bodies, recovered) = reopen_with(&scratch, &path, &damaged);
        assert!(bodies.len() >= 2, "bit flipped at {at}");
        assert!(bodies.iter().all(|body| all.contains(body)), "bit flipped at {at}");
        assert_eq!(bodies.len() == 3, recovered.damaged == 0, "bit flipped at {at}");
    }
}

#[test]
fn a_damaged_cursor_sends_once_more_and_loses_nothing() {
    let scratch = Scratch::new();
    let (path, bytes, _) = three_records(&scratch);
    let cursor = path.with_file_name("cursor");
    let (store, _) = scratch.open();
    store.acknowledge(&next(&store));
    drop(store);
    let line = fs::read(&cursor).unwrap();
    for at in 0..line.len() {
        fs::write(&path, &bytes).unwrap();
        let mut damaged = line.clone();
        damaged[at] ^= 1;
        fs::write(&cursor, damaged).unwrap();
        let (store, _) = scratch.open();
        assert_eq!(drain(&store).len(), 3, "bit flipped at {at}");
    }
}

#[test]
fn a_record_that_is_damaged_while_it_waits_is_not_read() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"text", 0, || {}).unwrap();
    let path = scratch.segments().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let entry = next(&store);
    assert!(store.read(&entry).unwrap().is_none());
}

#[test]
fn a_file_that_somebody_deletes_is_read_as_long_as_it_is_written_to() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"first", 0, || {}).unwrap();
    store.append(&label(1), b"second", 0, || {}).unwrap();
    fs::remove_file(scratch.segments().remove(0)).unwrap();
    let first = next(&store);
    assert_eq!(Label::split(&store.read(&first).unwrap().unwrap()).unwrap().1, b"first");
    // later records go to a new file, not to the deleted one
    store.append(&label(1), b"third", 0, || {}).unwrap();
    assert_eq!(scratch.segments().len(), 1);
    assert_eq!(drain(&store), [&b"first"[..], b"second", b"third"]);
    assert!(scratch.segments().is_empty());
}

#[test]
fn a_missing_file_is_an_error() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    // long enough that the next record begins another file
    store.append(&label(1), &vec![1; 9 << 20], 0, || {}).unwrap();
    let path = scratch.segments().remove(0);
    store.append(&label(1), b"next", 0, || {}).unwrap();
    fs::remove_file(path).unwrap();
    assert!(store.read(&next(&store)).is_err());
}

#[test]
fn a_damaged_length_allocates_nothing() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"text", 0, || {}).unwrap();
    match &mut store.lock().entries[0].storage {
        Storage::Disk { payload, .. } => payload.end = u64::MAX,
        _ => panic!("it is on disk"),
    }
    assert!(store.read(&next(&store)).unwrap().is_none());
}
