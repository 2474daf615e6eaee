//! The queue by itself.

use super::*;
use std::sync::Arc;
use traceable_core::{RunSink, RunTree};

struct Into(Queue);

impl RunSink for Into {
    fn submit(&self, operation: RunOperation) {
        let _ = self.0.submit(operation);
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

#[test]
fn tickets_follow_the_order_of_submission() {
    let queue = Arc::new(Into(Queue::new(1 << 20)));
    (0..150).for_each(|_| drop(post(&queue)));
    let mut taken = Vec::new();
    let count = |taken: &[Piece]| taken.iter().map(|piece| piece.operations.len()).sum::<usize>();
    assert_eq!(queue.0.next(0, 100, 1 << 30, None, 1, &mut taken), (Next::Send, 0));
    assert_eq!(count(&taken), 64);
    assert_eq!(queue.0.next(64, 100, 1 << 30, None, 1000, &mut taken), (Next::Send, 64));
    assert_eq!(count(&taken), 150);
    assert!(!queue.0.flush(Duration::ZERO).is_complete());
    assert!(queue.0.is_flush_wanted(150) && !queue.0.is_flush_wanted(149));
    queue.0.settle(150, stats(&queue).queued_bytes, None);
    queue.0.settled_up_to(150);
    assert!(queue.0.flush(Duration::ZERO).is_lossless());
    assert!(!queue.0.is_flush_wanted(150));
}

#[test]
fn after_a_fork_the_child_begins_anew() {
    let queue = Arc::new(Into(Queue::new(1 << 20)));
    (0..3).for_each(|_| drop(post(&queue)));
    queue.0.set_worker(Some(std::thread::current().id()));
    // as if these had been submitted by the parent process
    queue.0.lock().process ^= 1;
    assert!(queue.0.flush(Duration::ZERO).is_lossless());
    assert_eq!(stats(&queue).submitted, 0);
    drop(post(&queue));
    assert_eq!((stats(&queue).submitted, queue.0.lock().worker), (1, Some(None)));
}

#[test]
fn what_is_settled_after_the_deadline_is_not_counted_twice() {
    let queue = Arc::new(Into(Queue::new(1 << 20)));
    drop(post(&queue));
    queue.0.next(0, 1, 1 << 30, None, 1, &mut Vec::new());
    assert_eq!(queue.0.shutdown(Duration::ZERO).dropped.shutdown, 1);
    queue.0.settle(1, 100, None);
    let stats = stats(&queue);
    assert_eq!((stats.delivered, stats.queued, stats.dropped.total()), (0, 0, 1));
    assert_eq!(queue.0.next(0, 1, 1 << 30, None, 1, &mut Vec::new()).0, Next::Stop);
}

#[test]
fn what_was_delivered_is_dropped_by_others_while_the_exporter_is_behind() {
    let queue = Arc::new(Into(Queue::new(8 << 20)));
    (0..400).for_each(|_| drop(post(&queue)));
    let mut taken = Vec::new();
    queue.0.next(0, 1, 1 << 30, None, 1, &mut taken);
    let item =
        |operation| Item { operation, sequence: 0, operations: 1, bytes: 100, arrived: Instant::now() };
    let items: Vec<Item> = taken.drain(..).flat_map(|piece| piece.operations).map(item).collect();
    // each run that is still somewhere holds on to its sink: by what it was given, and by its place
    let runs = || (Arc::strong_count(&queue) - 1) / 2;
    queue.0.discard(items);
    assert_eq!(runs(), 400);
    (0..10).for_each(|_| drop(post(&queue)));
    assert_eq!(runs(), 400);
    // then it catches up, and cleans up itself
    queue.0.next(0, 1, 1 << 30, None, 1000, &mut taken);
    assert_eq!(runs(), 400);
    queue.0.next(1, 1, 1 << 30, None, 1, &mut taken);
    assert_eq!(runs(), 346);
    drop(taken);
    assert_eq!(runs(), 0);
}
