//! The ways to start work elsewhere that carry the context by themselves.

use rayon::prelude::*;
use tokio::runtime::Handle;
use tokio::task::LocalSet;
use traceable::task::{JoinSet, TaskTracker};
use traceable::{ContextHandle, ContextThreadPool, ParallelIteratorExt as _, bind_mut, task, thread, trace};

use crate::support::{child, everywhere, here, leaf, on_both_runtimes};

#[test]
fn every_way_to_spawn_a_task_carries_the_context() {
    on_both_runtimes("top > (child, child, leaf, leaf, child, child)", async || {
        let top = trace("top").future(|_| async {
            task::spawn(async { child(1).await }).await.unwrap();
            let mut set = JoinSet::new();
            set.spawn(async { child(2).await });
            assert_eq!(set.join_next().await.unwrap().unwrap(), 2);
            task::spawn_blocking(|| leaf(3)).await.unwrap();
            let mut set = JoinSet::new();
            set.spawn_blocking(|| leaf(4));
            assert_eq!(set.join_all().await, [4]);
            let tracker = TaskTracker::new();
            tracker.spawn(async { child(5).await });
            tracker.close();
            tracker.wait().await;
            let local = tokio::task::LocalSet::new();
            local.run_until(async { task::spawn_local(async { child(6).await }).await.unwrap() }).await;
        });
        top.await;
    });
}

#[test]
fn a_set_and_a_tracker_carry_the_context_however_they_are_told_to_spawn() {
    let sets = "child, child, leaf, child, child";
    let trackers = "child, leaf, leaf, child, child";
    on_both_runtimes(&format!("sets > ({sets}); trackers > ({trackers})"), async || {
        let (here, local) = (Handle::current(), LocalSet::new());
        let sets = trace("sets").future(|_| async {
            let mut set: JoinSet<i32> = [async { child(1).await }].into_iter().collect();
            set.join_next().await.unwrap().unwrap();
            set.spawn_on(async { child(2).await }, &here);
            set.join_next().await.unwrap().unwrap();
            set.spawn_blocking_on(|| leaf(3), &here);
            set.join_next().await.unwrap().unwrap();
            set.spawn_local_on(async { child(4).await }, &local);
            let both = async {
                set.spawn_local(async { child(5).await });
                set.join_all().await
            };
            assert_eq!(local.run_until(both).await.len(), 2);
        });
        sets.await;
        let trackers = trace("trackers").future(|_| async {
            let tracker = TaskTracker::new();
            tracker.spawn_on(async { child(1).await }, &here).await.unwrap();
            tracker.spawn_blocking(|| leaf(2)).await.unwrap();
            tracker.spawn_blocking_on(|| leaf(3), &here).await.unwrap();
            let there = tracker.spawn_local_on(async { child(4).await }, &local);
            let both = async {
                tracker.spawn_local(async { child(5).await }).await.unwrap();
                there.await.unwrap();
            };
            local.run_until(both).await;
        });
        trackers.await;
    });
}

#[test]
fn a_task_that_is_spawned_outside_of_any_run_has_no_context() {
    on_both_runtimes("elsewhere > child; around > child", async || {
        let elsewhere = trace("elsewhere").future(|_| async { child(1).await });
        elsewhere.await;
        let spawn_later = ContextHandle::current();
        let around = trace("around").future(move |_| async move {
            // the handle was taken outside: what it carries is outside
            let outside = spawn_later.carry(async { traceable::RunTree::current() });
            assert!(outside.await.is_none());
            task::spawn(async { child(2).await }).await.unwrap();
        });
        around.await;
    });
}

#[test]
fn blocking_in_place_nests() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let recorder = traceable::testing::Recorder::new();
    use traceable::TraceableExt as _;
    let test = async {
        let top = trace("top").future(|_| async { task::block_in_place(|| leaf(1)) });
        tokio::spawn(top.in_current_run()).await.unwrap()
    };
    runtime.block_on(test.with_context(recorder.context()));
    traceable::assert_tree!(recorder.forest(), "top > leaf");
}

#[test]
fn threads_carry_the_context_also_those_that_borrow() {
    everywhere("top > (leaf, leaf, leaf, leaf, leaf)", || {
        trace("top").scope(|_| {
            thread::spawn(|| leaf(1)).join().unwrap();
            thread::Builder::new().name("named".into()).spawn(|| leaf(2)).unwrap().join().unwrap();
            let borrowed = 3;
            thread::scope(|scope| {
                scope.spawn(|| leaf(borrowed)).join().unwrap();
                let nested = scope.spawn(move || scope.spawn(move || leaf(borrowed)).join().unwrap());
                nested.join().unwrap();
                thread::Builder::new().spawn_scoped(scope, || leaf(borrowed)).unwrap().join().unwrap();
            });
        });
    });
}

#[test]
fn a_pool_carries_the_context_of_whoever_gives_it_work() {
    let pool = ContextThreadPool::new(3).unwrap();
    everywhere("a > (leaf, leaf, leaf); b > (leaf, leaf)", || {
        trace("a").scope(|_| {
            pool.submit(|| leaf(1)).join().unwrap();
            pool.map(2..3, leaf);
            pool.install(|| leaf(3));
        });
        trace("b").scope(|_| {
            let mut results = [0, 0];
            let [first, second] = &mut results;
            pool.scope(|scope| {
                scope.spawn(|| *first = leaf(1));
                scope.spawn(|| *second = leaf(2));
            });
            assert_eq!(results, [1, 2]);
        });
    });
}

#[test]
fn what_follows_in_a_parallel_chain_carries_the_context() {
    let pool = ContextThreadPool::new(4).unwrap();
    let leaves = vec!["leaf"; 100].join(", ");
    everywhere(&format!("top > ({leaves})"), || {
        trace("top").scope(|_| {
            let results: Vec<i32> = pool.install(|| {
                (0..100).into_par_iter().in_current_run().map(leaf).filter(|x| x % 2 == 0).collect()
            });
            assert_eq!(results, (0..100).filter(|x| x % 2 == 0).collect::<Vec<_>>());
        });
    });
}

#[test]
fn a_handle_serves_callbacks_of_any_shape() {
    here("top > (leaf, leaf); other", || {
        let (callback, counting) = trace("top").scope(|_| {
            let handle = ContextHandle::current();
            let mut count = 0;
            let counting = bind_mut(move |x| {
                count += x;
                leaf(count)
            });
            (move |a: i32, b: i32, c: i32| handle.scope(|| leaf(a + b + c)), counting)
        });
        let mut counting = counting;
        trace("other").scope(|_| {
            assert_eq!(callback(1, 2, 3), 6);
            assert_eq!(counting(5), 5);
        });
    });
}

#[test]
fn what_reduces_in_a_parallel_chain_carries_the_context_too() {
    let pool = ContextThreadPool::new(4).unwrap();
    let recorder = traceable::testing::Recorder::new();
    recorder.scoped(|| {
        trace("top").scope(|_| {
            let add = |a, b| leaf(a) + leaf(b);
            let sum = pool.install(|| (0..200).into_par_iter().in_current_run().reduce(|| 0, add));
            assert_eq!(sum, 19_900);
        });
    });
    assert_eq!(recorder.forest().roots().count(), 1);
}

#[test]
fn what_carries_a_context_may_be_unwound_through() {
    assert_eq!(std::panic::catch_unwind(traceable::bind(|| 1)).unwrap(), 1);
}
