//! Every order in which threads may use the register, tried out: `RUSTFLAGS='--cfg traceable_loom' cargo test --lib models`.

use std::sync::Arc;

use loom::model::Builder;
use loom::sync::atomic::Ordering;
use loom::thread::{self, JoinHandle};
use uuid::Uuid;

use super::slots::{BUSY, FREE, OpenTraces};

impl<const SLOTS: usize> OpenTraces<SLOTS> {
    /// Nothing is left, neither in the slots nor beside them.
    fn assert_empty(&self) {
        assert!(!self.is_any());
        assert_eq!((self.only_one(), self.others.load(Ordering::Relaxed)), (None, 0));
    }
}

/// Ids that share no half with another.
const fn root(number: u64) -> Uuid {
    Uuid::from_u64_pair(10 * number, 10 * number + 1)
}

/// What is found of a trace, if every one is made at a callsite of its own.
fn made(root: Uuid) -> (Uuid, usize) {
    (root, root.as_u64_pair().0 as usize)
}

fn begin<const SLOTS: usize>(open: &OpenTraces<SLOTS>, root: Uuid) {
    open.begins(root, made(root).1);
}

const A: Uuid = root(1);
const B: Uuid = root(2);
const C: Uuid = root(3);
/// Of the process that this one is a copy of.
const STALE: Uuid = root(4);

/// Tries the orders that take a thread's turn away at most twice, unless `LOOM_MAX_PREEMPTIONS` says otherwise.
fn model(test: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(2);
    builder.check(test);
}

/// A thread whose traces begin and end, one after the other.
fn traces<const SLOTS: usize>(open: &Arc<OpenTraces<SLOTS>>, roots: &'static [Uuid]) -> JoinHandle<()> {
    let open = open.clone();
    thread::spawn(move || {
        for root in roots {
            begin(&open, *root);
            assert!(open.is_any());
            open.ends(*root);
        }
    })
}

#[test]
fn what_is_called_the_only_trace_has_begun() {
    model(|| {
        let open = Arc::new(OpenTraces::<2>::new());
        let threads = [traces(&open, &[A, B]), traces(&open, &[C])];
        let only = open.only_one();
        assert!(only.is_none_or(|only| [A, B, C].map(made).contains(&only)), "{only:?}");
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        open.assert_empty();
    });
}

#[test]
fn beside_a_trace_that_stays_open_no_other_is_the_only_one() {
    model(|| {
        let open = Arc::new(OpenTraces::<2>::new());
        let thread = traces(&open, &[A, B]);
        begin(&open, C);
        let only = open.only_one();
        assert!(only.is_none_or(|only| only == made(C)), "{only:?}");
        thread.join().unwrap();
        assert_eq!(open.only_one(), Some(made(C)));
        open.ends(C);
        open.assert_empty();
    });
}

#[test]
fn more_traces_than_places_are_counted() {
    model(|| {
        let open = Arc::new(OpenTraces::<1>::new());
        let threads = [traces(&open, &[A]), traces(&open, &[B])];
        begin(&open, C);
        assert!(open.is_any());
        open.ends(C);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        open.assert_empty();
    });
}

const LIKE_MARKS: [Uuid; 2] = [Uuid::from_u64_pair(7, FREE), Uuid::from_u64_pair(8, BUSY)];

#[test]
fn ids_may_look_like_marks() {
    model(|| {
        let open = Arc::new(OpenTraces::<1>::new());
        let thread = traces(&open, &LIKE_MARKS);
        begin(&open, A);
        let only = open.only_one();
        assert!(only.is_none_or(|only| only == made(A)), "{only:?}");
        open.ends(A);
        thread.join().unwrap();
        open.assert_empty();
    });
}

/// In a copy of a process that had a trace in a slot and one beside.
fn in_a_copy<const SLOTS: usize>() {
    model(|| {
        let open = OpenTraces::<SLOTS>::new();
        begin(&open, STALE);
        open.others.store(1, Ordering::Relaxed);
        open.process.store(1, Ordering::Relaxed);
        let open = Arc::new(open);
        let thread = traces(&open, &[A]);
        begin(&open, B);
        let only = open.only_one();
        assert!(only.is_none_or(|only| [A, B, STALE].map(made).contains(&only)), "{only:?}");
        assert!(open.is_any());
        thread.join().unwrap();
        open.ends(B);
        open.assert_empty();
    });
}

#[test]
fn a_copy_of_the_process_forgets_only_what_is_not_its_own() {
    in_a_copy::<1>();
    in_a_copy::<2>();
}
