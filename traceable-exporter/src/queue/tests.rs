//! The queue by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use traceable_core::{RunOperation, RunSink, RunTree};

use super::*;
use crate::accounting::Stats;

/// With how often it wanted to throttle the producer.
struct Into(Queue, AtomicUsize);

impl RunSink for Into {
    fn submit(&self, operation: RunOperation) {
        let submitted = self.0.submit(operation);
        self.1.fetch_add(usize::from(submitted.throttle), Relaxed);
    }
}

fn post(queue: &Arc<Into>) -> RunTree {
    let run = RunTree::builder("r").sink(queue.clone()).build();
    run.post();
    run
}

fn stats(queue: &Into) -> Stats {
    let mut stats = Stats::default();
    queue.0.fill(&mut stats);
    stats
}

fn request(have: usize) -> DrainRequest {
    DrainRequest { have, want: 1, enough_bytes: 1 << 30, deadline: None, batched: 0, room: 1 }
}

#[test]
fn tickets_follow_the_order_of_submission() {
    let queue = Arc::new(Into(Queue::new(1 << 20, BACKPRESSURE_WINDOW), AtomicUsize::new(0)));
    (0..150).for_each(|_| drop(post(&queue)));
    let mut taken = Vec::new();
    let request = |have, room| DrainRequest { room, ..request(have) };
    let count = |taken: &[Chunk]| taken.iter().map(|chunk| chunk.operations.len()).sum::<usize>();
    assert_eq!(queue.0.drain(request(0, 1), &mut taken), (Drained::Send, 0));
    assert_eq!(count(&taken), 64);
    assert_eq!(queue.0.drain(request(64, 1000), &mut taken), (Drained::Send, 64));
    assert_eq!(count(&taken), 150);
    assert!(!queue.0.flush(Duration::ZERO).is_complete());
    assert!(queue.0.is_flush_wanted(0, 150) && !queue.0.is_flush_wanted(0, 149));
    queue.0.acknowledge(150, stats(&queue).queued_bytes, None);
    queue.0.acknowledged_up_to(150);
    assert!(queue.0.flush(Duration::ZERO).is_lossless());
    // what comes later is in no hurry
    assert!(!queue.0.is_flush_wanted(150, 160));
}

/// What goes through the disk makes room once, when it is written.
#[test]
fn as_much_comes_in_as_leaves_memory() {
    let queue = Arc::new(Into(Queue::new(1 << 20, BACKPRESSURE_WINDOW_ON_DISK), AtomicUsize::new(0)));
    while stats(&queue).queued_bytes <= 1 << 18 {
        drop(post(&queue));
    }
    queue.0.written(1, 1, true);
    queue.0.acknowledge_from(true, 1, 0, None);
    let stood_back = [(); 3].map(|()| {
        drop(post(&queue));
        queue.1.load(Relaxed)
    });
    assert_eq!(stood_back, [0, 1, 2]);
}

#[test]
fn after_a_fork_the_child_begins_anew() {
    let queue = Arc::new(Into(Queue::new(1 << 20, BACKPRESSURE_WINDOW), AtomicUsize::new(0)));
    (0..3).for_each(|_| drop(post(&queue)));
    queue.0.lock().has_worker = true;
    // as if these had been submitted by the parent process
    queue.0.lock().process ^= 1;
    assert!(queue.0.flush(Duration::ZERO).is_lossless());
    assert_eq!(stats(&queue).submitted, 0);
    assert!(!queue.0.lock().has_worker);
    drop(post(&queue));
    assert!(stats(&queue).submitted == 1 && queue.0.lock().has_worker);
}

/// They come and go with a server that is slow now and then.
#[test]
fn threads_that_have_ended_are_forgotten() {
    let queue = Queue::new(1 << 20, BACKPRESSURE_WINDOW);
    queue.add_thread();
    for _ in 0..3 {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                queue.add_thread();
                assert!(queue.lock().is_worker());
                queue.remove_thread();
            });
        });
    }
    assert!(queue.lock().is_worker() && queue.lock().threads.len() == 1);
}

#[test]
fn what_is_acknowledged_after_the_deadline_is_not_counted_twice() {
    let queue = Arc::new(Into(Queue::new(1 << 20, BACKPRESSURE_WINDOW), AtomicUsize::new(0)));
    drop(post(&queue));
    queue.0.drain(request(0), &mut Vec::new());
    assert_eq!(queue.0.shutdown(Duration::ZERO).dropped.shutdown, 1);
    queue.0.acknowledge(1, 100, None);
    let stats = stats(&queue);
    assert_eq!((stats.delivered, stats.queued, stats.dropped.total()), (0, 0, 1));
    assert_eq!(queue.0.drain(request(0), &mut Vec::new()).0, Drained::Stop);
}

#[test]
fn what_was_delivered_is_dropped_by_others_while_the_exporter_is_behind() {
    let queue = Arc::new(Into(Queue::new(8 << 20, BACKPRESSURE_WINDOW), AtomicUsize::new(0)));
    (0..400).for_each(|_| drop(post(&queue)));
    let mut taken = Vec::new();
    queue.0.drain(request(0), &mut taken);
    let item = |(operation, _)| BatchItem {
        operation,
        sequence: 0,
        operations: 1,
        bytes: 100,
        arrived: Instant::now(),
    };
    let items: Vec<BatchItem> = taken.drain(..).flat_map(|chunk| chunk.operations).map(item).collect();
    // each run that is still somewhere holds on to its sink: by what it was given, and by its place
    let runs = || (Arc::strong_count(&queue) - 1) / 2;
    queue.0.discard(items);
    assert_eq!(runs(), 400);
    (0..10).for_each(|_| drop(post(&queue)));
    assert_eq!(runs(), 400);
    // then it catches up, and cleans up itself
    queue.0.drain(DrainRequest { room: 1000, ..request(0) }, &mut taken);
    assert_eq!(runs(), 400);
    queue.0.drain(request(1), &mut taken);
    assert_eq!(runs(), 346);
    drop(taken);
    assert_eq!(runs(), 0);
}

/// One thread takes while others submit and flush; a flush finds everything acknowledged that was submitted before.
#[test]
fn no_flush_is_forgotten() {
    const LONG: Duration = Duration::from_secs(30);
    for round in 0..300 {
        let queue = Arc::new(Into(Queue::new(1 << 20, BACKPRESSURE_WINDOW), AtomicUsize::new(0)));
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let (mut taken, mut seen) = (Vec::new(), 0);
                // wakes for one operation, or for some of them, or for a flush
                let request = || DrainRequest { want: 1 + round % 5, room: 1 << 10, ..request(0) };
                while queue.0.drain(request(), &mut taken).0 == Drained::Send {
                    let chunks = taken.drain(..);
                    let sizes: Vec<usize> =
                        chunks.flat_map(|chunk| chunk.operations).map(|(_, size)| size).collect();
                    seen += sizes.len() as u64;
                    queue.0.acknowledge(sizes.len() as u64, sizes.iter().sum(), None);
                    queue.0.acknowledged_up_to(seen);
                }
                seen
            });
            let program: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..20 {
                            drop(post(&queue));
                            let acknowledged = queue.0.flush(LONG);
                            assert!(
                                acknowledged.is_complete() && acknowledged.elapsed < LONG / 2,
                                "{acknowledged}"
                            );
                        }
                    })
                })
                .collect();
            program.into_iter().for_each(|thread| thread.join().unwrap());
            queue.0.close();
            assert_eq!(worker.join().unwrap(), 60);
        });
        let stats = stats(&queue);
        assert_eq!((stats.submitted, stats.delivered, stats.queued, stats.queued_bytes), (60, 60, 0, 0));
    }
}
