//! What random programs found, as one would write it.

use futures::FutureExt;
use traceable::detached;
use traceable::prelude::*;

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
