//! Process folders: who uses them, and what is taken over.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{
    FileKind, Label, NextRecord, Recovered, Scratch, Spool, SpoolStore, drain, label, next, segment,
};

fn paths(recovered: &Recovered) -> Vec<PathBuf> {
    recovered.unreadable.iter().map(|(path, _)| path.clone()).collect()
}

#[test]
fn each_exporter_has_a_folder_and_takes_over_those_of_others_that_ended() {
    let scratch = Scratch::new();
    let (first, _) = scratch.open();
    let (second, _) = scratch.open();
    first.append(&label(1), b"1", 0, || {}).unwrap();
    second.append(&label(2), b"2", 0, || {}).unwrap();
    second.append(&label(3), b"3", 0, || {}).unwrap();
    second.acknowledge(&next(&second));
    // nobody takes over from the first while it lives
    drop(second);
    let (third, recovered) = scratch.open();
    assert_eq!(recovered.operations, 3);
    drop(first);
    let (fourth, recovered) = scratch.open();
    assert_eq!(recovered.operations, 1);
    assert_eq!(drain(&fourth), [b"1"]);
    assert_eq!(drain(&third), [b"3"]);
    assert!(scratch.segments().is_empty());
}

#[test]
fn folders_with_the_names_of_files_block_nothing() {
    let scratch = Scratch::new();
    let (other, _) = scratch.open();
    other.append(&label(1), b"left", 0, || {}).unwrap();
    drop(other);
    // a folder stands where the next file would be: another process folder is used
    let in_the_way = segment::path(&scratch.0.join("0000"), FileKind::Main, 2);
    fs::create_dir(&in_the_way).unwrap();
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, paths(&recovered)), (1, vec![in_the_way.clone()]));
    store.append(&label(1), b"new", 0, || {}).unwrap();

    // a file that cannot be moved is not counted, and stays
    let (second, _) = scratch.open();
    second.append(&label(5), b"of another", 0, || {}).unwrap();
    drop(second);
    for number in 0..20 {
        let _ = fs::create_dir(segment::path(&scratch.0.join("0001"), FileKind::Main, number));
    }
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let entry = next(&store);
        bodies.push(Label::split(&store.read(&entry).unwrap().unwrap()).unwrap().1.to_vec());
        store.acknowledge(&entry);
    }
    assert_eq!(bodies, [&b"left"[..], b"new"]);
    store.close();
    assert!(matches!(store.wait(), NextRecord::Over));
    drop(store);
    for number in 0..20 {
        let _ = fs::remove_dir(segment::path(&scratch.0.join("0001"), FileKind::Main, number));
    }
    let (last, recovered) = scratch.open();
    assert_eq!((recovered.operations, paths(&recovered)), (5, vec![in_the_way]));
    assert_eq!(drain(&last), [b"of another"]);
}

#[test]
#[cfg(unix)]
fn a_folder_that_everybody_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o777)).unwrap();
    let error = SpoolStore::open(&Spool::new(&scratch.0)).err().unwrap();
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
    let error = SpoolStore::open(&Spool::new(&link)).err().unwrap();
    assert!(error.to_string().contains("link"), "{error}");
}

/// Leaves three records in one file, the first of which is acknowledged.
fn one_of_three_delivered(scratch: &Scratch) {
    let (store, _) = scratch.open();
    for body in [b"1", b"2", b"3"] {
        store.append(&label(1), body, 0, || {}).unwrap();
    }
    store.acknowledge(&next(&store));
}

#[test]
fn acknowledged_records_stay_acknowledged_after_any_number_of_take_overs() {
    let scratch = Scratch::new();
    one_of_three_delivered(&scratch);
    for _ in 0..3 {
        // the file is in another folder each time
        let holder = scratch.0.join("0000");
        let moved = scratch.0.join("0009");
        fs::rename(&holder, &moved).unwrap();
        let (store, recovered) = scratch.open();
        assert_eq!((recovered.operations, recovered.damaged), (2, 0));
        assert!(!segment::path(&moved, FileKind::Main, 1).exists());
        drop(store);
        let _ = fs::remove_dir_all(&moved);
    }
    let (store, recovered) = scratch.open();
    assert_eq!(recovered.operations, 2);
    assert_eq!(drain(&store), [b"2", b"3"]);
}

fn of_another_version(path: &Path) -> Vec<u8> {
    let bytes = b"TRSPOOL2 what nobody here can know".to_vec();
    fs::write(path, &bytes).unwrap();
    bytes
}

#[test]
fn files_of_another_version_stay_until_they_are_too_old() {
    let scratch = Scratch::new();
    one_of_three_delivered(&scratch);
    let folder = scratch.0.join("0000");
    // also a file that the cursor would call acknowledged
    let foreign = [0, 7].map(|number| segment::path(&folder, FileKind::Main, number));
    let bytes = foreign.each_ref().map(|path| of_another_version(path));
    for _ in 0..2 {
        let (store, recovered) = scratch.open();
        assert_eq!(recovered.unknown, foreign);
        store.append(&label(1), b"new", 0, || {}).unwrap();
        let bodies = drain(&store);
        assert_eq!(bodies.last().unwrap(), b"new");
        drop(store);
        assert_eq!(foreign.each_ref().map(|path| fs::read(path).unwrap()), bytes);
    }
    assert_eq!(scratch.segments().len(), 2);
    // until they are too old to be sent
    std::thread::sleep(Duration::from_millis(20));
    let settings = Spool::new(&scratch.0).max_age(Duration::from_millis(10));
    let (store, recovered) = SpoolStore::open(&settings).unwrap();
    assert_eq!((recovered.unknown.len(), recovered.outdated), (0, 2));
    drop(store);
    assert!(scratch.segments().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_at_one_start_is_sent_after_the_next() {
    let scratch = Scratch::new();
    let (store, _) = scratch.open();
    store.append(&label(1), b"left", 0, || {}).unwrap();
    drop(store);
    let path = scratch.segments().remove(0);
    let away = path.with_extension("away");
    fs::rename(&path, &away).unwrap();
    fs::create_dir(&path).unwrap();
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, paths(&recovered)), (0, vec![path.clone()]));
    // acknowledgements meanwhile do not cover that file
    store.append(&label(1), b"new", 0, || {}).unwrap();
    assert_eq!(drain(&store), [b"new"]);
    drop(store);
    fs::remove_dir(&path).unwrap();
    fs::rename(&away, &path).unwrap();
    let (store, recovered) = scratch.open();
    assert_eq!((recovered.operations, recovered.unreadable.len()), (1, 0));
    assert_eq!(drain(&store), [b"left"]);
}
