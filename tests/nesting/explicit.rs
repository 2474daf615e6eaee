//! Parents that are named.

use std::collections::HashMap;

use futures::stream::{self, Stream, StreamExt};
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{Parent, assert_tree};

use crate::support::{child, here, leaf, on_both_runtimes, with_retry};

#[traceable(skip_all)]
async fn other(rt_out: tokio::sync::oneshot::Sender<RunTree>, #[run_tree] rt: RunTree) {
    let _ = rt_out.send(rt);
}

/// A run that has ended, to be named as a parent.
async fn another_run() -> RunTree {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    other(sender).await;
    receiver.await.unwrap()
}

#[traceable(name = "numbers")]
fn numbers() -> impl Stream<Item = i32> {
    stream::iter(0..2).then(child)
}

#[traceable(name = "lazy")]
fn lazy() -> impl Iterator<Item = i32> {
    (0..1).map(leaf)
}

#[test]
fn one_shape_serves_every_form() {
    on_both_runtimes("other > (leaf, child, numbers > (child, child), lazy > leaf, child)", async || {
        let run = another_run().await;
        Extra::new().parent(&run).call(|| leaf(1));
        Extra::new().parent(&run).call(|| child(1)).await;
        let numbers = Extra::new().parent(&run).call(numbers);
        numbers.collect::<Vec<_>>().await;
        let lazy = Extra::new().parent(&run).call(lazy);
        assert_eq!(lazy.count(), 1);
        run.scope(|| child(2)).await;
    });
}

#[traceable]
async fn inside(run: Named) {
    Extra::new().parent(&run.0).call(|| child(1)).await;
    child(2).with_parent(&run.0).await;
    tokio::spawn(child(3).with_parent(&run.0)).await.unwrap();
    child(4).await;
}

struct Named(RunTree);
impl serde::Serialize for Named {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.name())
    }
}

#[test]
fn a_named_parent_beats_the_ambient_one() {
    on_both_runtimes("other > (child, child, child); inside > child", async || {
        let run = another_run().await;
        inside(Named(run)).await;
    });
}

#[test]
fn with_parent_moves_what_it_is_put_on_and_nothing_else() {
    #[traceable]
    async fn around(run: Named) {
        with_retry(child(1)).with_parent(&run.0).await;
    }
    on_both_runtimes("other > with_retry; around > child", async || {
        let run = another_run().await;
        around(Named(run)).await;
    });
}

#[test]
fn a_scope_moves_both() {
    #[traceable]
    async fn around(run: Named) {
        Extra::new().parent(&run.0).call(|| with_retry(child(1))).await;
    }
    on_both_runtimes("other > with_retry > child; around", async || {
        let run = another_run().await;
        around(Named(run)).await;
    });
}

#[test]
fn a_scope_of_an_ancestor_is_not_the_ancestor() {
    // what is called in the scope is under `outer`, although it is polled in `inner`, which is below it
    #[traceable]
    async fn outer(#[run_tree] rt: RunTree) {
        inner(Named(rt)).await;
    }
    #[traceable]
    async fn inner(run: Named) {
        let moved = run.0.scope(|| child(1));
        moved.await;
    }
    on_both_runtimes("outer > (inner, child)", async || outer().await);
}

#[test]
fn an_absent_parent_is_the_ambient_one() {
    here("around > leaf", || {
        #[traceable]
        fn around() {
            Extra::new().parent(None::<&RunTree>).call(|| leaf(1));
        }
        around();
    });
}

#[test]
fn a_root_on_purpose_carries_no_reason() {
    #[traceable]
    async fn around() {
        Extra::new().parent(Parent::Root).call(|| child(1)).await;
        alone(2);
        traceable::detached(|| leaf(3));
    }
    #[traceable(root)]
    fn alone(x: i32) -> i32 {
        x
    }
    for forest in crate::support::forests(async || {
        tokio::spawn(around()).await.unwrap();
    }) {
        assert_tree!(forest, "around; child; alone; leaf");
        for root in forest.roots().skip(1) {
            assert!(!root.metadata.contains_key("broken_trace_reason"), "{}", root.name);
        }
    }
}

#[traceable(parent = parent)]
async fn on_attribute(parent: Option<&RunTree>, x: i32) -> i32 {
    child(x).await
}

#[test]
fn the_attribute_names_a_parent_and_a_call_overrules_it() {
    on_both_runtimes(
        "other > (on_attribute > child, on_attribute > child); on_attribute > child",
        async || {
            let run = another_run().await;
            on_attribute(Some(&run), 1).await;
            on_attribute(None, 2).await;
            Extra::new().parent(&run).call(|| on_attribute(None, 3)).await;
        },
    );
}

#[test]
fn an_argument_that_names_the_parent_is_no_input() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(on_attribute(None, 1));
    });
    assert_eq!(recorder.run("on_attribute").inputs, serde_json::json!({"x": 1}));
}

#[test]
fn a_parent_in_another_process() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let client = RunTree::builder("client").tags(["t"]).metadata("k", "v").project("p").build();
        let headers: HashMap<String, String> = client.to_headers().into_iter().collect();
        Extra::new().parent(&headers).call(|| leaf(1));
        Extra::new().parent(client.dotted_order().unwrap()).call(|| leaf(2));
        let run = recorder.run("leaf");
        assert_eq!(run.parent_run_id, client.id());
        assert_eq!(Some(run.trace_id), client.trace_id());
        assert!(run.dotted_order.starts_with(&client.dotted_order().unwrap()));
        assert_eq!(run.metadata["k"], "v");
        assert_eq!(run.project.as_deref(), Some("p"));
    });
    let [_, second] = &recorder.runs()[..] else { panic!("two runs") };
    assert_eq!(second.project, None);
}

#[test]
fn headers_that_are_absent_or_malformed_mean_a_root() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        #[traceable]
        fn around() {
            Extra::new().parent(HashMap::<String, String>::new()).call(|| leaf(1));
            Extra::new().parent([("langsmith-trace", "garbage")]).call(|| leaf(2));
            Extra::new().parent("garbage").call(|| leaf(3));
        }
        around();
    });
    assert_tree!(recorder.forest(), "around; leaf; leaf; leaf");
    let reasons: Vec<_> =
        recorder.runs()[1..].iter().map(|run| run.metadata.get("broken_trace_reason").cloned()).collect();
    assert_eq!(reasons, [None, Some("bad_parent".into()), Some("bad_parent".into())]);
}

#[test]
fn a_parent_that_is_named_for_a_call_that_is_left_out_is_the_parent_of_what_it_calls() {
    #[traceable(enabled = false)]
    async fn left_out() {
        child(1).await;
    }
    on_both_runtimes("named > child; around", async || {
        let named = RunTree::builder("named").build();
        named.post().end().patch();
        traceable::trace("around").future(|_| async { left_out().with_parent(&named).await }).await;
    });
}
