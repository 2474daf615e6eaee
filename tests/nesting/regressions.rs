//! What random programs found, as one would write it.

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, Stream};
use traceable::prelude::*;
use traceable::{detached, trace};

use crate::support::on_both_runtimes;

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {
    leaf();
}

#[test]
fn a_call_that_is_switched_off_has_the_parent_its_box_is_given() {
    #[traceable(enabled = false)]
    async fn off() {
        child().await;
    }
    #[traceable(skip_output)]
    async fn other() -> [RunTree; 1] {
        [RunTree::current().unwrap()]
    }
    #[traceable(skip_all)]
    async fn outer(run: RunTree) {
        off().boxed().with_parent(&run).await;
    }
    on_both_runtimes("other > child > leaf; outer", async || {
        let [run] = other().await;
        outer(run).await;
    });
}

#[test]
fn an_absent_parent_leaves_the_scope_around_a_call_that_is_switched_off() {
    #[traceable(enabled = false)]
    async fn off() {
        child().await;
    }
    #[traceable]
    async fn outer() {
        detached(off).with_parent(None::<&RunTree>).await;
    }
    on_both_runtimes("outer; child > leaf", outer);
}

#[test]
fn what_runs_while_an_exhausted_iterator_is_dropped_is_under_it() {
    struct CleansUp;
    impl Drop for CleansUp {
        fn drop(&mut self) {
            leaf();
        }
    }
    #[traceable]
    fn numbers() -> impl Iterator<Item = i32> {
        let cleans_up = CleansUp;
        (0..2).inspect(move |_| {
            let _ = &cleans_up;
        })
    }
    #[traceable]
    async fn consumer() {
        for _ in numbers() {}
    }
    on_both_runtimes("consumer > numbers > leaf", consumer);
}

// A run that is reserved starts at the first poll, or when a child attaches.

#[test]
fn a_run_that_is_dropped_before_a_late_child_ends_all_the_same() {
    #[traceable(skip_all)]
    fn early(late: &mut Option<BoxFuture<'static, ()>>) -> impl Stream<Item = ()> {
        *late = Some(child().boxed());
        stream::empty()
    }
    #[traceable(skip_all)]
    fn early_future(late: &mut Option<BoxFuture<'static, ()>>) -> impl Future<Output = ()> {
        *late = Some(child().boxed());
        async {}
    }
    on_both_runtimes("early [dropped] > child > leaf", async || {
        let mut late = None;
        drop(early(&mut late));
        late.unwrap().await;
    });
    on_both_runtimes("early_future [cancelled] > child > leaf", async || {
        let mut late = None;
        drop(early_future(&mut late));
        late.unwrap().await;
    });
}

#[test]
fn the_way_to_a_run_that_is_dropped_unpolled_leads_somewhere() {
    #[traceable(skip_all)]
    fn early(headers: &mut Vec<(String, String)>) -> impl Future<Output = ()> {
        *headers = RunTree::current().unwrap().to_headers();
        async {}
    }
    on_both_runtimes("early [cancelled] > child > leaf", async || {
        let mut headers = Vec::new();
        drop(early(&mut headers));
        Extra::new().parent(headers).call(child).await;
    });
}

#[test]
fn a_scope_is_no_child() {
    #[traceable]
    fn early() -> impl Future<Output = ()> {
        Extra::new().tag("t").call(|| ());
        let here = RunTree::current().unwrap();
        here.scope(|| TracingContext::new().parent(&here).scope(|| ()));
        async {}
    }
    #[traceable(skip_all)]
    async fn wrapper(future: impl Future<Output = ()>) {
        future.await;
    }
    #[traceable]
    async fn around() {
        // called here and polled by a wrapper that was called here too
        wrapper(early()).await;
    }
    on_both_runtimes("around > wrapper > early", around);
}

#[test]
fn a_call_that_is_no_run_is_no_child() {
    #[traceable(enabled = false)]
    fn off() {}
    #[traceable]
    fn inner() -> impl Future<Output = ()> {
        off();
        let silent = child().with_context(TracingContext::new().enabled(false));
        silent.now_or_never();
        async {}
    }
    #[traceable]
    fn outer() -> impl Future<Output = ()> {
        drop(inner());
        async {}
    }
    on_both_runtimes("", async || drop(outer()));
}

#[test]
fn what_a_silenced_call_names_does_not_start_for_it() {
    #[traceable(parent = parent)]
    fn silent(parent: Option<&RunTree>) {}
    #[traceable]
    fn early() -> impl Future<Output = ()> {
        let here = RunTree::current();
        TracingContext::new().enabled(false).scope(|| silent(here.as_ref()));
        async {}
    }
    on_both_runtimes("", async || drop(early()));
}

// What is meant for one call is not for what it calls, be it a run or not.

#[test]
fn a_block_takes_its_own_parent_whatever_it_has_for_a_body() {
    #[traceable(skip_output)]
    async fn other() -> [RunTree; 1] {
        [RunTree::current().unwrap()]
    }
    on_both_runtimes("other; other > (block, block)", async || {
        let ([around], [own]) = (other().await, other().await);
        Extra::new().parent(&around).call(|| trace("block").parent(&own).scope(|_| ()));
        Extra::new().parent(&around).call(|| trace("block").parent(&own).future(|_| async {})).await;
    });
}

#[test]
fn a_root_in_a_call_that_is_switched_off_is_a_root() {
    #[traceable(root)]
    fn root() {}
    #[traceable(enabled = false)]
    fn off() {
        root();
        leaf();
    }
    #[traceable(skip_all)]
    fn outer(run: &RunTree) {
        Extra::new().parent(run).call(off);
    }
    on_both_runtimes("other > leaf; outer; root", async || {
        let run = RunTree::builder("other").build();
        run.post();
        outer(&run);
        run.patch();
    });
}
