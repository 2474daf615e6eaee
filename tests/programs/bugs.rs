//! What random programs found and the library does not do yet: the smallest programs, in plain Rust.
//!
//! `draw` and the model keep away from these, so that the property can hold. A test that passes moves to `nesting`, and
//! what keeps away from it goes.

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, Stream};
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {
    leaf();
}

/// Polls what it is given, in a run of its own.
#[traceable(skip_all)]
async fn wrapper<F: Future>(future: F) {
    future.await;
}

#[track_caller]
fn expect(tree: &str, program: impl Future<Output = ()>) {
    let recorder = Recorder::new();
    futures::executor::block_on(program.with_context(recorder.context()));
    assert_tree!(recorder.forest(), tree);
}

// A run that is reserved starts at the first poll, or when a child attaches.

#[test]
#[ignore = "a run that a child needs after its call was dropped is posted and never ends"]
fn a_run_that_is_dropped_before_a_late_child_ends_all_the_same() {
    #[traceable(skip_all)]
    fn early(late: &mut Option<BoxFuture<'static, ()>>) -> impl Stream<Item = ()> {
        *late = Some(child().boxed());
        stream::empty()
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let mut late = None;
        drop(early(&mut late));
        futures::executor::block_on(late.unwrap());
    });
    assert_tree!(recorder.forest(), "early [dropped] > child > leaf");
}

#[test]
#[ignore = "entering a scope starts the reserved run around it"]
fn a_scope_is_no_child() {
    #[traceable]
    fn early() -> impl Future<Output = ()> {
        Extra::new().tag("t").call(|| ());
        async {}
    }
    #[traceable]
    async fn around() {
        wrapper(early()).await;
    }
    // called here and polled by a wrapper that was called here too
    expect("around > wrapper > early", around());
}

#[test]
#[ignore = "comparing two contexts starts a reserved run, and posts the one above it"]
fn a_call_that_is_switched_off_is_no_child() {
    #[traceable(enabled = false)]
    fn off() {}
    #[traceable]
    fn inner() -> impl Future<Output = ()> {
        off();
        async {}
    }
    #[traceable]
    fn outer() -> impl Future<Output = ()> {
        drop(inner());
        async {}
    }
    expect("", async { drop(outer()) });
}
