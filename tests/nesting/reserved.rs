//! Functions with plain statements before what they return: their run is reserved at the call.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;

use crate::support::{child, here, leaf, on_both_runtimes, with_retry};

#[traceable]
fn inner_future() -> impl Future<Output = ()> {
    leaf(1);
    async {}
}

#[traceable]
fn outer_future() -> impl Future<Output = ()> {
    inner_future()
}

#[traceable]
fn inner_numbers(n: i32) -> impl Iterator<Item = i32> {
    leaf(n);
    (0..n).map(leaf)
}

#[traceable]
fn outer_numbers() -> impl Iterator<Item = i32> {
    inner_numbers(1)
}

#[test]
fn one_inside_another() {
    on_both_runtimes("outer_future > inner_future > leaf", async || outer_future().await);
    here("outer_numbers > inner_numbers > (leaf, leaf)", || {
        assert_eq!(outer_numbers().count(), 1);
    });
}

#[traceable]
fn looks(#[run_tree] rt: RunTree) -> impl Future<Output = ()> {
    assert!(rt.id().is_some());
    async {}
}

#[test]
fn to_look_at_a_run_does_not_make_it_one() {
    here("", || drop(looks()));
    on_both_runtimes("looks", async || looks().await);
}

#[test]
fn a_handle_may_be_told_to_patch_or_post() {
    #[traceable]
    fn tells(#[run_tree] rt: RunTree) -> impl Future<Output = ()> {
        rt.post().patch();
        async {}
    }
    let recorder = Recorder::new();
    recorder.scoped(|| futures::executor::block_on(tells()));
    assert_tree!(recorder.forest(), "tells");
    assert_eq!(recorder.run("tells").posts, 1);
}

#[test]
fn a_handle_used_in_another_run_does_not_move_its_own() {
    #[traceable(skip_all)]
    fn elsewhere(run: &RunTree) {
        run.id();
    }
    here("elsewhere; gives", || {
        let handle = std::sync::Mutex::new(None);
        let give = |run: RunTree| *handle.lock().unwrap() = Some(run);
        #[traceable(skip_all)]
        fn gives(give: impl FnOnce(RunTree), #[run_tree] rt: RunTree) -> impl Future<Output = ()> {
            give(rt);
            async {}
        }
        let future = gives(give);
        let run = handle.lock().unwrap().take().unwrap();
        elsewhere(&run);
        futures::executor::block_on(future);
    });
}

#[test]
fn children_before_the_first_poll_inherit_like_later_ones() {
    #[traceable(tags = ["own"])]
    fn numbers() -> impl Iterator<Item = i32> {
        RunTree::current().unwrap().add_metadata("early", 1);
        leaf(100);
        (0..1).map(leaf)
    }
    let recorder = Recorder::new();
    recorder.scoped(|| TracingContext::new().tag("around").scope(|| numbers().count()));
    for run in recorder.runs() {
        assert_eq!(
            (run.tags, &run.metadata["early"]),
            (vec!["around".to_owned(), "own".to_owned()], &1.into())
        );
    }
}

#[traceable]
fn words() -> impl Stream<Item = i32> {
    leaf(0);
    stream::iter(0..1).then(child)
}

#[test]
fn with_parent_knows_what_it_is_put_on() {
    #[traceable]
    fn other() -> RunHandle {
        RunHandle(RunTree::current().unwrap())
    }
    #[traceable]
    fn boxed() -> futures::future::BoxFuture<'static, i32> {
        child(9).boxed()
    }
    // what a boxed function called itself comes later than its own call
    on_both_runtimes("other > boxed > child", async || {
        let run = other().0;
        boxed().with_parent(&run).await;
    });
    // calls in between do not matter
    on_both_runtimes("other > child; child", async || {
        let run = other().0;
        let (first, second) = (child(1), child(2));
        first.with_parent(&run).await;
        second.await;
    });
    // what only lies inside stays where it was called
    on_both_runtimes("other; around > (child, child)", async || {
        #[traceable(skip_all)]
        async fn around(run: RunTree) {
            futures::join!(child(1), child(2));
            let _ = run;
        }
        let run = other().0;
        around(run).await;
    });
    // a stream that has started already, because a child needed it, stays too
    on_both_runtimes("other; words > (leaf, child)", async || {
        let run = other().0;
        words().with_parent(&run).count().await;
    });
}

struct RunHandle(RunTree);
impl serde::Serialize for RunHandle {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.name())
    }
}

#[test]
fn one_shot_keys_reach_futures_and_go_through_scopes() {
    on_both_runtimes("renamed; named; outer > also", async || {
        child(1).with_extra(Extra::new().name("renamed")).await;
        Extra::new().name("named").call(|| Extra::new().tag("t").call(|| leaf(1)));
        #[traceable]
        async fn outer() {
            let context = TracingContext::new().tag("t");
            Extra::new().name("also").call(|| context.scope(|| child(1))).await;
        }
        outer().await;
    });
}

#[test]
fn a_call_that_is_switched_off_moves_with_whoever_polls_it() {
    #[traceable(enabled = false)]
    async fn skipped() -> i32 {
        leaf(1)
    }
    #[traceable]
    async fn top() {
        with_retry(skipped()).await;
    }
    on_both_runtimes("top > with_retry > leaf", async || top().await);
}

#[test]
fn what_is_called_outside_is_recorded_where_it_starts() {
    let recorder = Recorder::new();
    let (future, numbers) = (child(1), inner_numbers(0));
    recorder.scoped(|| {
        #[traceable(skip_all)]
        fn drains(numbers: impl Iterator<Item = i32>) -> usize {
            numbers.count()
        }
        futures::executor::block_on(with_retry(future));
        drains(numbers);
    });
    assert_tree!(recorder.forest(), "with_retry > child; drains > inner_numbers");
}

#[test]
fn a_root_on_purpose_goes_where_everything_around_it_goes() {
    #[traceable(root)]
    async fn lonely() {}
    let recorder = Recorder::new();
    let future = lonely();
    recorder.scoped(|| {
        #[traceable(skip_all)]
        async fn waits(future: impl Future<Output = ()>) {
            future.await;
        }
        futures::executor::block_on(waits(future));
    });
    assert_tree!(recorder.forest(), "waits; lonely");
}

struct PanicsOnDrop;
impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("while dropped");
    }
}

#[test]
fn a_run_ends_although_its_future_panics_as_it_is_dropped() {
    #[traceable]
    async fn holds() {
        let _panics = PanicsOnDrop;
        std::future::pending::<()>().await;
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        catch_unwind(AssertUnwindSafe(|| holds().now_or_never())).unwrap_err();
        leaf(1);
    });
    assert_tree!(recorder.forest(), "holds [cancelled]; leaf");
}

#[test]
fn a_generator_that_panics_keeps_what_it_yielded() {
    #[traceable]
    fn breaks() -> impl Iterator<Item = i32> {
        (0..3).map(|i| if i < 2 { i } else { panic!("at {i}") })
    }
    let recorder = Recorder::new();
    recorder.scoped(|| catch_unwind(|| breaks().count()).unwrap_err());
    let run = recorder.run("breaks");
    assert_eq!(run.error.as_deref(), Some("panicked: at 2"));
    assert_eq!(run.outputs, serde_json::json!({"output": [0, 1]}));
}
