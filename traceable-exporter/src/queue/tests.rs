//! The queue by itself.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use traceable_core::{RunOperation, RunSink, RunTree};

use super::drain::Taken;
use super::*;
use crate::accounting::Stats;

struct Into(Queue);

impl RunSink for Into {
    fn submit(&self, operation: RunOperation) {
        self.0.submit(operation, 0);
    }
}

fn queue(max_bytes: usize) -> Arc<Into> {
    Arc::new(Into(Queue::new(max_bytes, true)))
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

/// Takes so many runs at most, without waiting.
fn take(queue: &Into, runs: usize) -> Taken {
    queue.0.take_batch(BatchLimits { runs, bytes: 1 << 30, delay: Duration::ZERO }).unwrap()
}

#[test]
fn tickets_follow_the_order_of_submission() {
    let queue = queue(1 << 20);
    (0..300).for_each(|_| drop(post(&queue)));
    let first = take(&queue, 64);
    assert_eq!((first.items.len(), first.batched, first.has_more), (64, 64, true));
    let rest = take(&queue, 1000);
    assert_eq!((rest.items.len(), rest.batched, rest.has_more), (236, 300, false));
    let sequences = first.items.iter().chain(&rest.items).map(|item| item.sequence);
    assert!(sequences.eq(0..300));
    assert!(!queue.0.flush(Duration::ZERO).is_complete());
    queue.0.acknowledge(300, stats(&queue).queued_bytes, None);
    queue.0.acknowledged_up_to(300);
    assert!(queue.0.flush(Duration::ZERO).is_lossless());
}

#[test]
fn what_waits_of_one_run_counts_as_what_it_takes_together() {
    let queue = queue(1 << 20);
    let runs: Vec<RunTree> = (0..200).map(|_| post(&queue)).collect();
    let starts = stats(&queue).queued_bytes;
    for run in &runs {
        run.end().patch();
    }
    assert_eq!((stats(&queue).queued, stats(&queue).queued_bytes), (400, starts));
    let text = "x".repeat(1000);
    for run in &runs {
        run.add_outputs(json!({"a": text})).patch();
    }
    let with_outputs = stats(&queue).queued_bytes - starts;
    assert!((200 * 1000..200 * 2000).contains(&with_outputs), "{with_outputs}");
    let taken = take(&queue, 1000);
    assert_eq!((taken.items.len(), taken.batched), (200, 600));
    assert!(taken.items.iter().all(|item| item.operations == 3));
    assert_eq!(taken.items.iter().map(|item| item.bytes).sum::<usize>(), stats(&queue).queued_bytes);
    // what comes after the entry was taken is one of its own
    runs[0].patch();
    assert_eq!(take(&queue, 1000).items.len(), 1);
}

/// A run that is submitted again does not lose what it has, and none is called trimmed that is whole in the end.
#[test]
fn what_replaces_what_waits_needs_no_more_room() {
    let queue = queue(1 << 20);
    let [one, other] = [(); 2].map(|()| post(&queue));
    one.set_outputs(json!({"a": "x".repeat(600_000)})).patch();
    let before = stats(&queue).queued_bytes;
    // no room for both
    one.set_outputs(json!({"a": "y".repeat(600_000)})).patch();
    other.set_outputs(json!({"a": "x".repeat(900_000)})).patch();
    assert!(stats(&queue).queued_bytes < before + 1000);
    other.set_outputs(json!({"a": "y"})).patch();
    let late = post(&queue);
    late.set_outputs(json!({"a": "x".repeat(900_000)})).patch();
    let taken = take(&queue, 10);
    let outputs = |at: usize| taken.items[at].operation.outputs.as_ref().unwrap().as_str();
    assert!(outputs(0).contains("yyyy") && outputs(1).contains("\"y\"") && outputs(2).contains("[not sent"));
    let is_whole = |item: &BatchItem| item.left_out.is_nothing();
    assert!(taken.items.iter().map(is_whole).eq([true, true, false]));
    assert_eq!(stats(&queue).trimmed, 1);
}

#[test]
fn producers_wait_for_room_in_a_queue_that_goes_out() {
    let queue = queue(1 << 20);
    while stats(&queue).dropped.queue_full == 0 {
        post(&queue).end().patch();
    }
    let refused = stats(&queue).dropped.queue_full;
    std::thread::scope(|scope| {
        let producer = scope.spawn(|| {
            let sink = Arc::new(Throttled(queue.clone()));
            let inputs = json!({"text": "x".repeat(200 << 10)});
            RunTree::builder("large").inputs(inputs).sink(sink).build().post();
        });
        while queue.0.lock().waiting_for_room == 0 && !producer.is_finished() {
            std::thread::yield_now();
        }
        let taken = take(&queue, 10_000);
        let total = |(n, bytes), item: &BatchItem| (n + item.operations, bytes + item.bytes);
        let (operations, bytes) = taken.items.iter().fold((0, 0), total);
        queue.0.acknowledge(operations, bytes, None);
    });
    assert_eq!(stats(&queue).dropped.queue_full, refused);
    assert_eq!((stats(&queue).queued, queue.0.lock().promised), (1, 0));
}

/// As an exporter submits.
struct Throttled(Arc<Into>);

impl RunSink for Throttled {
    fn submit(&self, operation: RunOperation) {
        let promised = self.0.0.throttle(&operation);
        self.0.0.submit(operation, promised);
    }
}

#[test]
fn after_a_fork_the_child_begins_anew() {
    let queue = queue(1 << 20);
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
    let queue = Queue::new(1 << 20, true);
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
    let queue = queue(1 << 20);
    drop(post(&queue));
    take(&queue, 1);
    assert_eq!(queue.0.shutdown(Duration::ZERO).dropped.shutdown, 1);
    queue.0.acknowledge(1, 100, None);
    let stats = stats(&queue);
    assert_eq!((stats.delivered, stats.queued, stats.dropped.total()), (0, 0, 1));
    assert!(!queue.0.wait_for_work());
}

#[test]
fn what_was_delivered_is_dropped_by_others_while_the_exporter_is_behind() {
    let queue = queue(8 << 20);
    (0..800).for_each(|_| drop(post(&queue)));
    let items = take(&queue, 400).items;
    // each run that is still somewhere holds on to its sink: by what it was given, and by its place
    let runs = || (Arc::strong_count(&queue) - 1) / 2;
    queue.0.discard(items);
    assert_eq!(runs(), 656);
    (0..10).for_each(|_| drop(post(&queue)));
    assert_eq!(runs(), 656);
    // then it catches up, and cleans up itself
    let taken = take(&queue, 1000);
    assert_eq!(runs(), 656);
    drop(post(&queue));
    assert!(queue.0.wait_for_work());
    assert_eq!(runs(), 411);
    drop(taken);
    assert_eq!(runs(), 1);
}

/// One thread takes while others submit and flush; a flush finds everything acknowledged that was submitted before.
#[test]
fn no_flush_is_forgotten() {
    const LONG: Duration = Duration::from_secs(30);
    for round in 0..300 {
        let queue = queue(1 << 20);
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let mut seen = 0;
                // wakes for one operation, or for some of them, or for a flush
                let limits = BatchLimits { runs: 1 + round % 5, bytes: 1 << 30, delay: LONG };
                while queue.0.wait_for_work() {
                    let Some(taken) = queue.0.take_batch(limits) else { break };
                    let (count, bytes) =
                        (taken.items.len() as u64, taken.items.iter().map(|item| item.bytes));
                    seen += count;
                    queue.0.acknowledge(count, bytes.sum(), None);
                    queue.0.acknowledged_up_to(taken.batched);
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
