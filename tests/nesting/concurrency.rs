//! Many calls at once in one task: joined, retried, gathered, batched.

use futures::future::{BoxFuture, FutureExt as _, join_all, try_join_all};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{mpsc, oneshot};
use traceable::prelude::*;
use traceable::{Envelope, Parent, assert_tree, task};

use crate::support::{all, child, forests, leaf, on_both_runtimes, pause};

#[traceable]
async fn tries(x: i32) -> Result<i32, String> {
    pause().await;
    leaf(x);
    if x < 2 { Err(format!("{x} is too little")) } else { Ok(x) }
}

#[test]
fn what_is_gathered_stays_side_by_side() {
    #[traceable]
    async fn gathers() {
        try_join_all([tries(2), tries(3)]).await.unwrap();
        join_all([child(1), child(2), child(3)]).await;
        let (first, second) = futures::join!(child(1), tries(4));
        assert_eq!((first, second), (1, Ok(4)));
    }
    on_both_runtimes(
        "gathers > (tries > leaf, tries > leaf, child, child, child, child, tries > leaf)",
        async || gathers().await,
    );
}

#[test]
fn attempts_are_side_by_side_each_with_its_own_end() {
    async fn retry<T, F: Future<Output = Result<T, String>>>(mut attempt: impl FnMut(i32) -> F) -> T {
        for x in 0.. {
            if let Ok(value) = attempt(x).await {
                return value;
            }
        }
        unreachable!("it goes on until one succeeds")
    }
    #[traceable]
    async fn retries() -> i32 {
        retry(tries).await
    }
    for forest in forests(async || assert_eq!(retries().await, 2)) {
        assert_tree!(forest, "retries > (tries [error] > leaf, tries [error] > leaf, tries > leaf)");
        let attempts = all(&forest, "tries");
        let errors: Vec<_> = attempts.iter().map(|run| run.error.as_deref()).collect();
        assert_eq!(errors, [Some("0 is too little"), Some("1 is too little"), None]);
        assert!(attempts[0].id != attempts[1].id && attempts[1].id != attempts[2].id);
    }
}

#[traceable(skip_all)]
async fn request(futures: &FuturesUnordered<BoxFuture<'static, i32>>, carries: bool) {
    let block = async { child(1).await };
    futures.push(if carries { block.in_current_run().boxed() } else { block.boxed() });
}

#[traceable(skip_all)]
async fn driver(mut futures: FuturesUnordered<BoxFuture<'static, i32>>) {
    while futures.next().await.is_some() {}
}

// No task check can tell the two apart: the block that was made in `request` is polled in the same task, and what it calls
// is called there for the first time.
#[test]
fn a_plain_block_nests_where_it_is_polled_and_one_that_carries_a_context_where_it_was_made() {
    for (carries, expected) in [(false, "request; driver > child"), (true, "request > child; driver")] {
        on_both_runtimes(expected, async || {
            let futures = FuturesUnordered::new();
            request(&futures, carries).await;
            driver(futures).await;
        });
    }
}

type Load = Envelope<oneshot::Sender<i32>>;

#[traceable(root)]
async fn batch(size: usize) -> usize {
    child(0).await;
    size
}

/// Answers three requests by one query.
async fn batcher(mut loads: mpsc::Receiver<Load>) {
    let mut batched = Vec::new();
    for _ in 0..3 {
        batched.push(loads.recv().await.unwrap());
    }
    let ids = batched.iter().map(|load| load.run_tree().and_then(|run| run.id()).map(|id| id.to_string()));
    let links: Vec<_> = ids.collect();
    Extra::new().metadata("links", &links).call(|| batch(3)).await;
    for load in batched {
        load.open(|answer| answer.send(leaf(1)).unwrap());
    }
}

// A run has one parent, and a batch has many: it is a root that names them.
#[test]
fn a_batch_for_many_requests_is_a_trace_of_its_own_that_names_them() {
    #[traceable(skip_all)]
    async fn load(loads: &mpsc::Sender<Load>) {
        let (answer, answered) = oneshot::channel();
        loads.send(Envelope::new(answer)).await.unwrap();
        answered.await.unwrap();
    }
    for forest in forests(async || {
        let (loads, received) = mpsc::channel(3);
        // begun inside a run, as a batcher is that the first request makes
        let batcher = Extra::new().parent(Parent::Root).call(|| task::spawn(batcher(received)));
        join_all([load(&loads), load(&loads), load(&loads)]).await;
        batcher.await.unwrap();
    }) {
        assert_tree!(forest, "load > leaf; load > leaf; load > leaf; batch > child");
        let ids: Vec<_> = all(&forest, "load").iter().map(|run| run.id.to_string()).collect();
        let batch = all(&forest, "batch")[0];
        assert_eq!(batch.metadata["links"], serde_json::json!(ids));
        assert!(!batch.metadata.contains_key("broken_trace_reason"));
    }
}
