//! What is read again after damage, and the store against a model of itself.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use proptest::prelude::*;

use super::record::Label;
use super::segment;
use super::settings::Spool;
use super::store::{Entry, Refused, Resumed, Store, Waited};

/// A folder that goes when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("traceable-spool-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        Scratch(std::env::temp_dir().join(name))
    }

    fn open(&self) -> (Store, Resumed) {
        Store::open(&Spool::new(&self.0)).unwrap()
    }

    /// The files with records in all folders.
    fn segments(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
        files.map(|entry| entry.unwrap().path()).filter(|path| segment::number(path).is_some()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn label(operations: u64) -> Label {
    Label { content_type: "x".into(), uncompressed: None, operations: vec![operations], at: Label::now() }
}

fn next(store: &Store) -> Entry {
    let Waited::Record(entry) = store.wait() else { panic!("no record") };
    entry
}

/// The bodies of all that was not delivered, oldest first.
fn drain(store: &Store) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    store.close();
    while let Waited::Record(entry) = store.wait() {
        let bytes = store.read(&entry).unwrap().unwrap();
        bodies.push(Label::split(&bytes).unwrap().1.to_vec());
        store.done();
    }
    bodies
}

/// A file with three records, and where each of them ends.
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

fn reopen_with(scratch: &Scratch, path: &Path, bytes: &[u8]) -> (Vec<Vec<u8>>, Resumed) {
    let _ = fs::remove_file(path.with_file_name("cursor"));
    fs::write(path, bytes).unwrap();
    let (store, resumed) = scratch.open();
    (drain(&store), resumed)
}

#[test]
fn a_file_that_was_cut_off_anywhere_loses_what_was_cut_and_no_more() {
    let scratch = Scratch::new();
    let (path, bytes, ends) = three_records(&scratch);
    for length in 0..=bytes.len() {
        let (bodies, resumed) = reopen_with(&scratch, &path, &bytes[..length]);
        let whole = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(bodies.len(), whole, "cut to {length}");
        assert_eq!(resumed.operations, whole as u64);
        let at_an_end = length <= 8 || ends.contains(&length);
        assert_eq!(resumed.damaged == 0, at_an_end, "cut to {length}");
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
        let (bodies, resumed) = reopen_with(&scratch, &path, &damaged);
        assert!(bodies.len() >= 2, "bit flipped at {at}");
        assert!(bodies.iter().all(|body| all.contains(body)), "bit flipped at {at}");
        assert_eq!(bodies.len() == 3, resumed.damaged == 0, "bit flipped at {at}");
    }
}

#[test]
fn a_damaged_cursor_sends_once_more_and_loses_nothing() {
    let scratch = Scratch::new();
    let (path, bytes, _) = three_records(&scratch);
    let cursor = path.with_file_name("cursor");
    let (store, _) = scratch.open();
    next(&store);
    store.done();
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
fn a_record_that_is_damaged_while_it_waits_is_noticed() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"text", 0, || {}).unwrap();
    let path = scratch.segments().remove(0);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let entry = next(&store);
    assert_eq!(store.read(&entry).unwrap(), None);
    fs::remove_file(&path).unwrap();
    assert!(store.read(&entry).is_err());
}

#[test]
fn each_has_a_folder_of_its_own_and_what_others_left_is_taken_over() {
    let scratch = Scratch::new();
    let (first, _) = scratch.open();
    let (second, _) = scratch.open();
    first.append(&label(1), b"1", 0, || {}).unwrap();
    second.append(&label(2), b"2", 0, || {}).unwrap();
    second.append(&label(3), b"3", 0, || {}).unwrap();
    next(&second);
    second.done();
    // while the first lives, its records are its own
    drop(second);
    let (third, resumed) = scratch.open();
    assert_eq!(resumed.operations, 3);
    drop(first);
    let (fourth, resumed) = scratch.open();
    assert_eq!(resumed.operations, 1);
    assert_eq!(drain(&fourth), [b"1"]);
    assert_eq!(drain(&third), [b"3"]);
    assert!(scratch.segments().is_empty());
}

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
    assert!(matches!(store.append(&label(1), &body, 0, || {}), Err(Refused::Full)));
    for _ in 0..2 {
        next(&store);
        store.done();
    }
    assert!(store.append(&label(1), &body, 0, || {}).is_ok());
}

#[test]
fn names_that_are_taken_and_files_that_are_none_are_in_nobodys_way() {
    let scratch = Scratch::new();
    let (other, _) = scratch.open();
    other.append(&label(1), b"left", 0, || {}).unwrap();
    drop(other);
    // the own folder: one file that is none, where the next one would be
    let in_the_way = segment::path(&scratch.0.join("0000"), 2);
    fs::create_dir(&in_the_way).unwrap();
    let (store, resumed) = scratch.open();
    assert_eq!((resumed.operations, resumed.unreadable), (1, 1));
    store.append(&label(1), b"new", 0, || {}).unwrap();

    // what cannot be moved is not noted, and stays
    let (second, _) = scratch.open();
    second.append(&label(5), b"of another", 0, || {}).unwrap();
    drop(second);
    for number in 0..20 {
        let _ = fs::create_dir(segment::path(&scratch.0.join("0000"), number));
    }
    let mut bodies = Vec::new();
    for _ in 0..2 {
        bodies.push(Label::split(&store.read(&next(&store)).unwrap().unwrap()).unwrap().1.to_vec());
        store.done();
    }
    assert_eq!(bodies, [&b"left"[..], b"new"]);
    store.close();
    assert!(matches!(store.wait(), Waited::Over));
    drop(store);
    for number in 0..20 {
        let _ = fs::remove_dir(segment::path(&scratch.0.join("0000"), number));
    }
    let (last, resumed) = scratch.open();
    assert_eq!((resumed.operations, resumed.unreadable), (5, 0));
    assert_eq!(drain(&last), [b"of another"]);
}

#[test]
fn a_file_that_cannot_be_made_does_not_hinder_the_next() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    fs::create_dir(segment::path(&scratch.0.join("0000"), 1)).unwrap();
    assert!(matches!(store.append(&label(1), b"1", 0, || {}), Err(Refused::Disk(_))));
    store.append(&label(1), b"2", 0, || {}).unwrap();
    assert_eq!(drain(&store), [b"2"]);
}

#[test]
fn what_was_written_is_synced_though_nothing_follows() {
    let scratch = Scratch::new();
    let settings = Spool::new(&scratch.0).sync_every(std::time::Duration::from_millis(30));
    let (store, _) = Store::open(&settings).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| store.keep_synced(|error| panic!("{error}")));
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

#[test]
#[cfg(unix)]
fn a_folder_that_everybody_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o777)).unwrap();
    let error = Store::open(&Spool::new(&scratch.0)).err().unwrap();
    assert!(error.to_string().contains("everybody may write"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_destination_that_is_a_link_is_refused() {
    let (scratch, elsewhere) = (Scratch::new(), Scratch::new());
    drop(elsewhere.open());
    fs::create_dir(&scratch.0).unwrap();
    let link = scratch.0.join("to-somebody");
    std::os::unix::fs::symlink(&elsewhere.0, &link).unwrap();
    let error = Store::open(&Spool::new(&link)).err().unwrap();
    assert!(error.to_string().contains("link"), "{error}");
}

#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    Deliver,
    Reopen,
    /// As after a loss of power: the last bytes of the newest file are gone.
    Cut(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3000_usize).prop_map(Step::Append),
        // larger than what makes a file be given up
        1 => (2_000_000..9_000_000_usize).prop_map(Step::Append),
        3 => Just(Step::Deliver),
        1 => Just(Step::Reopen),
        1 => (1..2000_usize).prop_map(Step::Cut),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The model: a queue of bodies, and what each takes on disk.
    #[test]
    fn it_is_a_queue_on_disk(steps in prop::collection::vec(step(), 1..40)) {
        let scratch = Scratch::new();
        let (mut store, _) = scratch.open();
        let mut model: VecDeque<Vec<u8>> = VecDeque::new();
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(size) => {
                    let body = vec![n as u8; size];
                    store.append(&label(1), &body, 0, || {}).unwrap();
                    model.push_back(body);
                }
                Step::Deliver => {
                    let Some(expected) = model.pop_front() else { continue };
                    let entry = next(&store);
                    let bytes = store.read(&entry).unwrap().unwrap();
                    prop_assert_eq!(Label::split(&bytes).unwrap().1, &expected[..]);
                    store.done();
                }
                Step::Reopen => {
                    drop(store);
                    let (again, resumed) = scratch.open();
                    prop_assert_eq!(resumed.operations, model.len() as u64);
                    store = again;
                }
                Step::Cut(bytes) => {
                    drop(store);
                    if let Some(path) = scratch.segments().into_iter().max() {
                        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
                        let length = file.metadata().unwrap().len();
                        file.set_len(length.saturating_sub(bytes as u64)).unwrap();
                    }
                    let (again, resumed) = scratch.open();
                    // what is left is the oldest, in order
                    prop_assert!(resumed.operations <= model.len() as u64);
                    model.truncate(resumed.operations as usize);
                    store = again;
                }
            }
        }
        prop_assert_eq!(drain(&store), Vec::from(model));
        prop_assert!(scratch.segments().is_empty());
    }
}
