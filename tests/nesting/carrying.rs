//! Threads, pools, and contexts that are carried explicitly.

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{ContextThreadPool, InContext, Parent, assert_tree, bind, bind_fn, detached, trace};

use crate::support::{child, everywhere, forests, here, leaf, on_both_runtimes};

#[test]
fn a_bound_closure_nests_on_another_thread() {
    #[traceable]
    fn outer() {
        std::thread::spawn(bind(|| leaf(1))).join().unwrap();
        let local = 2;
        std::thread::scope(|scope| {
            scope.spawn(bind(|| leaf(local)));
        });
    }
    everywhere("outer > (leaf, leaf)", outer);
}

#[test]
fn a_closure_bound_nowhere_clears() {
    let recorder = Recorder::new();
    let bound = bind(|| RunTree::current().is_none());
    recorder.scoped(|| {
        #[traceable(skip_all)]
        fn calls(f: impl FnOnce() -> bool) -> bool {
            f()
        }
        assert!(calls(bound));
    });
}

#[test]
fn a_block_that_a_closure_returns_carries_a_context_by_itself() {
    #[traceable]
    async fn outer() {
        let bound = bind(|| async { child(1).await }.in_current_run());
        tokio::spawn(async { bound().await }.with_context(TracingContext::new().parent(Parent::Root)))
            .await
            .unwrap();
        // polled right here, where a bare one would nest
        detached(|| async { child(2).await }.in_current_run()).await;
        detached(|| async { child(3).await }).await;
    }
    for forest in forests(async || outer().await) {
        assert_tree!(forest, "outer > (child, child); child");
        assert!(forest.runs().iter().all(|run| !run.metadata.contains_key("broken_trace_reason")));
    }
}

#[test]
fn a_pool_carries_the_context_of_whoever_gives_it_work() {
    #[traceable(skip_all)]
    fn outer(pool: &ContextThreadPool) -> Vec<i32> {
        let submitted = pool.submit(|| leaf(0));
        let mut all = pool.map(1..4, leaf);
        all.push(submitted.join().unwrap());
        all
    }
    let pool = ContextThreadPool::new(3).unwrap();
    here("outer > (leaf, leaf, leaf, leaf)", || {
        assert_eq!(outer(&pool), [1, 2, 3, 0]);
    });
    // and keeps none of it
    let recorder = Recorder::new();
    recorder.scoped(|| pool.map(0..4, leaf));
    assert_tree!(recorder.forest(), "leaf; leaf; leaf; leaf");
}

#[test]
fn a_panic_in_a_pool_comes_back() {
    let pool = ContextThreadPool::new(1).unwrap();
    let panic = pool.submit(|| panic!("in the pool")).join().unwrap_err();
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "in the pool");
    assert_eq!(pool.submit(|| 1).join().unwrap(), 1);
}

#[test]
fn spawn_blocking_nests_when_bound() {
    #[traceable]
    async fn outer() {
        tokio::task::spawn_blocking(bind(|| leaf(1))).await.unwrap();
    }
    on_both_runtimes("outer > leaf", async || outer().await);
}

#[test]
fn a_closure_that_is_called_many_times_keeps_its_context() {
    #[traceable]
    fn outer() -> i32 {
        let f = bind_fn(leaf);
        detached(|| (0..3).map(f).sum())
    }
    here("outer > (leaf, leaf, leaf)", || {
        assert_eq!(outer(), 3);
    });
}

#[test]
fn the_current_run_can_be_handed_over_by_hand() {
    #[traceable]
    fn outer() {
        let run = traceable::current_run_tree();
        std::thread::spawn(move || Extra::new().parent(run).call(|| leaf(1))).join().unwrap();
    }
    here("outer > leaf", outer);
}

#[test]
fn streams_and_iterators_carry_a_context_too() {
    use futures::StreamExt;
    #[traceable(allow(lost_context))]
    async fn outer() {
        let stream = futures::stream::iter(0..1).then(child).in_current_run();
        tokio::spawn(stream.collect::<Vec<_>>()).await.unwrap();
        let iter = (0..1).map(leaf).in_current_run();
        std::thread::spawn(move || iter.count()).join().unwrap();
    }
    on_both_runtimes("outer > (child, leaf)", async || outer().await);
}

#[test]
fn an_iterator_carries_its_context_from_both_ends() {
    #[traceable(skip_output)]
    fn outer() -> [InContext<impl DoubleEndedIterator<Item = i32> + ExactSizeIterator>; 1] {
        [(0..3).map(leaf).in_current_run()]
    }
    everywhere("outer > (leaf, leaf, leaf); around", || {
        let [mut iter] = outer();
        trace("around").scope(|_| {
            assert_eq!((iter.len(), iter.next_back(), iter.next()), (3, Some(2), Some(0)));
            assert_eq!(iter.rev().collect::<Vec<_>>(), [1]);
        });
    });
}

#[test]
fn closures_without_arguments_are_bound_for_many_calls() {
    use traceable::{bind_fn0, bind_mut0};
    #[traceable(skip_output)]
    fn outer() -> [Box<dyn FnMut() -> i32 + Send>; 2] {
        let mut calls = 0;
        let counts = bind_mut0(move || {
            calls += 1;
            leaf(calls)
        });
        [Box::new(bind_fn0(|| leaf(0))), Box::new(counts)]
    }
    everywhere("outer > (leaf, leaf, leaf, leaf); around", || {
        let bound = outer();
        trace("around").scope(|_| {
            for mut callback in bound {
                std::thread::scope(|scope| scope.spawn(&mut callback).join().unwrap());
                callback();
            }
        });
    });
}
