//! The store against a model of itself.

use std::collections::VecDeque;
use std::fs;

use proptest::prelude::*;

use super::{FileKind, Label, Scratch, drain, label, next};

#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    Deliver,
    /// The server fails on the record.
    Quarantine,
    /// The server accepts a record, so that quarantined ones are due.
    Accept,
    Reopen,
    /// As `Reopen`, by a process that uses another folder.
    TakeOver,
    /// As after a power failure: the last bytes of the newest file are gone.
    Truncate(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3000_usize).prop_map(Step::Append),
        // some of them so long that the next record begins another file
        1 => (2_000_000..9_000_000_usize).prop_map(Step::Append),
        3 => Just(Step::Deliver),
        1 => Just(Step::Quarantine),
        1 => Just(Step::Accept),
        1 => Just(Step::Reopen),
        1 => Just(Step::TakeOver),
        1 => (1..2000_usize).prop_map(Step::Truncate),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The model: a queue of bodies, and the quarantined ones.
    #[test]
    fn the_store_is_a_queue_on_disk(steps in prop::collection::vec(step(), 1..40)) {
        let scratch = Scratch::new();
        let (mut store, _) = scratch.open();
        let mut model: VecDeque<Vec<u8>> = VecDeque::new();
        let mut quarantine: Vec<Vec<u8>> = Vec::new();
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(size) => {
                    let body = vec![n as u8; size];
                    store.append(&label(1), &body, 0, || {}).unwrap();
                    model.push_back(body);
                }
                Step::Deliver => {
                    if model.is_empty() {
                        continue;
                    }
                    let entry = next(&store);
                    let bytes = store.read(&entry).unwrap().unwrap();
                    let body = Label::split(&bytes).unwrap().1;
                    let expected = match entry.is_quarantined() {
                        true => quarantine.iter().position(|other| other == body).map(|at| quarantine.remove(at)),
                        false => model.pop_front(),
                    };
                    prop_assert_eq!(Some(body), expected.as_deref());
                    store.acknowledge(&entry);
                }
                Step::Quarantine => {
                    if model.is_empty() {
                        continue;
                    }
                    let entry = next(&store);
                    if entry.is_quarantined() {
                        store.postpone(&entry);
                    } else if store.quarantine(&entry, None) {
                        store.acknowledge(&entry);
                        quarantine.extend(model.pop_front());
                    }
                }
                Step::Accept => store.server_accepted(),
                Step::Reopen | Step::TakeOver => {
                    drop(store);
                    if matches!(step, Step::TakeOver) {
                        let _ = fs::remove_dir_all(scratch.0.join("0007"));
                        fs::rename(scratch.0.join("0000"), scratch.0.join("0007")).unwrap();
                    }
                    let (again, recovered) = scratch.open();
                    prop_assert_eq!(recovered.operations, model.len() as u64);
                    prop_assert_eq!(recovered.quarantined, quarantine.len() as u64);
                    store = again;
                }
                Step::Truncate(bytes) => {
                    drop(store);
                    if let Some(path) = scratch.segments().into_iter().max() {
                        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
                        let length = file.metadata().unwrap().len();
                        file.set_len(length.saturating_sub(bytes as u64)).unwrap();
                    }
                    let (again, recovered) = scratch.open();
                    // the oldest records are left, in order
                    prop_assert!(recovered.operations <= model.len() as u64);
                    model.truncate(recovered.operations as usize);
                    store = again;
                }
            }
        }
        prop_assert_eq!(drain(&store), Vec::from(model));
        let mut left = Vec::new();
        while let Some(entry) = store.first_quarantined() {
            left.push(Label::split(&store.read(&entry).unwrap().unwrap()).unwrap().1.to_vec());
            store.acknowledge(&entry);
        }
        left.sort();
        quarantine.sort();
        prop_assert_eq!(left, quarantine);
        prop_assert!(scratch.segments().is_empty() && scratch.files(FileKind::Quarantine).is_empty());
    }
}
