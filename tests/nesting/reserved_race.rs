//! A run that was reserved at a call starts when somebody needs it: here three threads at once, whoever is first.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{OperationKind, RunOperation, RunSink, assert_tree, trace};

const ROUNDS: usize = 3000;

#[traceable]
fn leaf(x: usize) -> usize {
    x
}

#[traceable(skip_all)]
fn reserved(give: impl FnOnce(RunTree), #[run_tree] run: RunTree) -> impl Future<Output = usize> {
    give(run);
    async { leaf(3) }
}

/// Lets so many threads go at the same moment: those that sleep would come one after the other.
struct Start {
    threads: usize,
    ready: AtomicUsize,
}

impl Start {
    fn wait(&self) {
        self.ready.fetch_add(1, SeqCst);
        while self.ready.load(SeqCst) < self.threads {
            std::thread::yield_now();
        }
    }
}

/// Records the operations it gets, in order.
#[derive(Default)]
struct Operations(Mutex<Vec<(String, OperationKind, bool)>>);

impl RunSink for Operations {
    fn submit(&self, operation: RunOperation) {
        let taken = (operation.name().to_owned(), operation.kind, operation.end_time.is_some());
        self.0.lock().unwrap().push(taken);
    }
}

#[test]
fn it_begins_before_it_ends_though_it_is_dropped_as_a_child_needs_it() {
    for round in 0..ROUNDS {
        let sink = Arc::new(Operations::default());
        TracingContext::new().sink(sink.clone()).scope(|| {
            let held = Mutex::new(None);
            let future = reserved(|run| *held.lock().unwrap() = Some(run));
            let run = held.lock().unwrap().take().unwrap();
            let start = Start { threads: 2, ready: AtomicUsize::new(0) };
            std::thread::scope(|scope| {
                let child = || {
                    start.wait();
                    run.scope(|| leaf(1));
                };
                scope.spawn(child);
                start.wait();
                (0..round % 64 * 8).for_each(|_| std::hint::spin_loop());
                drop(future);
            });
        });
        let operations = sink.0.lock().unwrap();
        let of_run: Vec<_> = operations.iter().filter(|operation| operation.0 == "reserved").collect();
        let ends = of_run.iter().filter(|operation| operation.2).count();
        assert_eq!(
            (of_run[0].1, ends, &operations[0].0[..]),
            (OperationKind::Post, 1, "reserved"),
            "{operations:?}"
        );
    }
}

#[test]
fn it_starts_once_and_is_everybodys_parent() {
    for round in 0..ROUNDS {
        let recorder = Recorder::new();
        recorder.scoped(|| {
            trace("top").scope(|_| {
                let held = Mutex::new(None);
                let future = reserved(|run| *held.lock().unwrap() = Some(run));
                let run = held.lock().unwrap().take().unwrap();
                let start = Start { threads: 3, ready: AtomicUsize::new(0) };
                std::thread::scope(|scope| {
                    for x in 1..=2 {
                        let (start, run) = (&start, &run);
                        scope.spawn(move || {
                            start.wait();
                            run.scope(|| leaf(x));
                        });
                    }
                    start.wait();
                    assert_eq!(block_on(future), 3);
                });
            });
        });
        let forest = recorder.forest();
        assert_tree!(forest, "top > reserved > (leaf, leaf, leaf)");
        let posts: Vec<u32> = forest.runs().iter().map(|run| run.posts).collect();
        assert_eq!(posts, [1; 5], "in round {round}");
    }
}
