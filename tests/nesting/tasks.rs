//! Tasks and other people's executors.

use std::sync::Arc;

use futures::stream::{FuturesUnordered, StreamExt};
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;

use crate::support::{child, forests, leaf, on_both_runtimes, pause, with_retry};

#[traceable]
async fn spawns() {
    tokio::spawn(child(1)).await.unwrap();
    let later = child(2);
    tokio::runtime::Handle::current().spawn(later).await.unwrap();
}

#[test]
fn a_spawned_call_nests_where_it_was_made() {
    on_both_runtimes("spawns > (child, child)", async || spawns().await);
}

#[traceable]
async fn spawns_many() {
    let mut set = tokio::task::JoinSet::new();
    for x in 0..3 {
        set.spawn(child(x));
    }
    while set.join_next().await.is_some() {}
}

#[test]
fn a_join_set_of_calls_nests() {
    on_both_runtimes("spawns_many > (child, child, child)", async || spawns_many().await);
}

#[traceable]
async fn async_after_pause() -> i32 {
    pause().await;
    leaf(1)
}

#[test]
fn a_child_may_start_after_its_parent_has_ended() {
    // the handle is no value to record
    #[traceable(skip_output)]
    async fn forgets() -> [tokio::task::JoinHandle<i32>; 1] {
        [tokio::spawn(async_after_pause())]
    }
    on_both_runtimes("forgets > async_after_pause > leaf", async || {
        let [task] = forgets().await;
        task.await.unwrap();
    });
}

#[traceable]
async fn carries_a_block() {
    tokio::spawn(async { child(1).await }.in_current_run()).await.unwrap();
}

#[test]
fn a_spawned_block_that_carries_the_run_nests() {
    on_both_runtimes("carries_a_block > child", async || carries_a_block().await);
}

#[test]
fn what_a_driver_polls_stays_with_its_creator() {
    #[traceable(skip_all)]
    async fn drives(mut futures: FuturesUnordered<futures::future::BoxFuture<'static, i32>>) {
        while futures.next().await.is_some() {}
    }
    #[traceable(skip_output)]
    async fn requests() -> FuturesUnordered<futures::future::BoxFuture<'static, i32>> {
        let futures = FuturesUnordered::new();
        futures.push(Box::pin(child(1)) as futures::future::BoxFuture<'static, i32>);
        futures
    }
    on_both_runtimes("requests > child; drives", async || {
        let futures = requests().await;
        drives(futures).await;
    });
}

#[traceable]
async fn passes_down() {
    let made_here = child(1);
    tokio::spawn(with_retry(made_here)).await.unwrap();
}

#[test]
fn what_is_called_here_and_polled_by_a_spawned_wrapper_is_under_the_wrapper() {
    on_both_runtimes("passes_down > with_retry > child", async || passes_down().await);
}

#[test]
fn a_child_started_by_an_ancestors_other_branch_stays_with_its_caller() {
    #[traceable(skip_output)]
    async fn makes() -> [futures::future::BoxFuture<'static, i32>; 1] {
        [Box::pin(child(1))]
    }
    #[traceable]
    async fn root() {
        let [made] = makes().await;
        made.await;
    }
    // polled in `root`, which is above `makes`: the call was made in `makes`
    on_both_runtimes("root > makes > child", async || root().await);
}

#[test]
fn the_trees_of_one_thread_and_of_many_are_the_same() {
    let [one, many] = forests(async || {
        let shared = Arc::new(tokio::sync::Mutex::new(0));
        #[traceable(skip_all)]
        async fn request(n: i32, shared: Arc<tokio::sync::Mutex<i32>>) {
            *shared.lock().await += child(n).await;
            tokio::spawn(child(n)).await.unwrap();
        }
        let tasks: Vec<_> = (0..8).map(|n| tokio::spawn(request(n, shared.clone()))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let expected = ["request > (child, child)"; 8].join("; ");
    assert_tree!(one, &expected);
    assert_tree!(many, &expected);
}

#[test]
fn block_in_place_nests() {
    #[traceable]
    async fn outer() {
        tokio::task::block_in_place(|| {
            leaf(1);
            tokio::runtime::Handle::current().block_on(child(2));
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let recorder = Recorder::new();
    runtime.block_on(async {
        let task = outer().with_context(recorder.context());
        tokio::spawn(task).await.unwrap();
    });
    assert_tree!(recorder.forest(), "outer > (leaf, child)");
}

#[test]
fn local_tasks_nest() {
    #[traceable]
    async fn outer() {
        tokio::task::spawn_local(child(1)).await.unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let recorder = Recorder::new();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, outer().with_context(recorder.context()));
    assert_tree!(recorder.forest(), "outer > child");
}
