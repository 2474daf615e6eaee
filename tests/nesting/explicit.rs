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
            assert!(!root.metadata.contains_key("split_reason"), "{}", root.name);
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
        recorder.runs()[1..].iter().map(|run| run.metadata.get("split_reason").cloned()).collect();
    assert_eq!(reasons, [None, Some("bad_parent".into()), Some("bad_parent".into())]);
}

#[test]
fn one_shot_keys_go_to_the_first_call() {
    let id = traceable::new_run_id(traceable::Timestamp::now());
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let extra = Extra::new().name("first").run_id(id).tag("both").metadata("m", 1);
        let extra = extra.on_end(move |run| sender.send(run.name().to_owned()).unwrap());
        extra.call(|| {
            leaf(1);
            leaf(2);
        });
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), ["first"]);
    });
    assert_tree!(recorder.forest(), "first; leaf");
    for run in recorder.runs() {
        assert_eq!((run.tags, run.metadata["m"].clone()), (vec!["both".to_owned()], 1.into()));
    }
    assert_eq!(recorder.run("first").id, id);
}

#[test]
fn a_run_id_that_is_given_twice_is_used_once() {
    let id = traceable::new_run_id(traceable::Timestamp::now());
    let recorder = Recorder::new();
    recorder.scoped(|| {
        for x in 0..2 {
            Extra::new().run_id(id).call(|| leaf(x));
        }
    });
    let runs = recorder.runs();
    assert_eq!(runs[0].id, id);
    assert_ne!(runs[1].id, id);
    assert_eq!(runs[1].metadata["dup_of"], id.to_string());
}

#[test]
fn a_context_is_for_everything_inside() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let context = TracingContext::new().project("p").tag("t").metadata("k", 2);
        context.scope(|| futures::executor::block_on(with_retry(child(1))));
        leaf(1);
    });
    assert_tree!(recorder.forest(), "with_retry > child; leaf");
    for name in ["with_retry", "child"] {
        let run = recorder.run(name);
        assert_eq!(
            (run.project.as_deref(), &run.tags[..], &run.metadata["k"]),
            (Some("p"), &["t".to_owned()][..], &2.into())
        );
    }
    assert_eq!(recorder.run("leaf").project, None);
}

#[test]
fn what_a_run_is_given_its_later_children_inherit() {
    #[traceable(tags = ["outer"], metadata(a = 1))]
    fn around(#[run_tree] rt: RunTree) {
        leaf(1);
        rt.add_metadata("b", 2);
        rt.add_tags(["own"]);
        leaf(2);
    }
    let recorder = Recorder::new();
    recorder.scoped(around);
    let runs = recorder.runs();
    assert_eq!(runs[0].tags, ["outer", "own"]);
    assert_eq!((&runs[0].metadata["a"], &runs[0].metadata["b"]), (&1.into(), &2.into()));
    assert_eq!((runs[1].tags.clone(), runs[1].metadata.get("b")), (vec!["outer".to_owned()], None));
    assert_eq!((&runs[2].metadata["a"], &runs[2].metadata["b"]), (&1.into(), &2.into()));
}

#[test]
fn a_config_hands_over_parent_name_and_tags() {
    #[traceable]
    fn outer() -> traceable::RunnableConfig {
        let mut config = traceable::RunnableConfig::current();
        config.run_name = Some("renamed".to_owned());
        config.tags = vec!["t".to_owned()];
        config
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let config = outer();
        Extra::new().config(&config).call(|| leaf(1));
    });
    assert_tree!(recorder.forest(), "outer > renamed");
    assert_eq!(recorder.run("renamed").tags, ["t"]);
}

#[test]
fn inputs_and_outputs_can_be_added_to() {
    #[traceable]
    fn answers(question: &str, #[run_tree] rt: RunTree) -> i32 {
        rt.add_inputs(serde_json::json!({"prompt": "p"}));
        rt.add_outputs(serde_json::json!({"tokens": 3}));
        question.len() as i32
    }
    let recorder = Recorder::new();
    recorder.scoped(|| answers("why?"));
    let run = recorder.run("answers");
    assert_eq!(run.inputs, serde_json::json!({"question": "why?", "prompt": "p"}));
    assert_eq!(run.outputs, serde_json::json!({"tokens": 3, "output": 4}));
}

#[test]
fn outputs_told_on_the_way_are_told_again_at_the_end() {
    #[traceable]
    fn answers(#[run_tree] rt: RunTree) -> i32 {
        rt.add_outputs(serde_json::json!({"tokens": 3})).patch();
        7
    }
    let recorder = Recorder::new();
    recorder.scoped(answers);
    // a server replaces outputs: the last word has to be the whole
    assert_eq!(recorder.run("answers").outputs, serde_json::json!({"tokens": 3, "output": 7}));
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

#[test]
fn a_future_with_an_extra_may_be_shared_between_threads() {
    fn is_sync<T: Sync>(_: &T) {}
    is_sync(&child(1).with_extra(Extra::new().on_end(|_| ())));
}

#[test]
fn an_asynchronous_block_is_a_run_like_any_other() {
    on_both_runtimes("outer > (first > child, second [error] > child, left [cancelled])", async || {
        let outer = traceable::trace("outer").future(|_| async {
            let value = traceable::trace("first").input("x", 1).future(|run| async move {
                run.add_outputs(serde_json::json!({"seen": 1}));
                tokio::spawn(child(1)).await.unwrap()
            });
            assert_eq!(value.await, 1);
            let failed = traceable::trace("second").try_future(|_| async {
                child(2).await;
                Err::<(), _>("no such")
            });
            assert_eq!(failed.await, Err("no such"));
            let left = traceable::trace("left").future(|_| std::future::pending::<()>());
            assert!(tokio::time::timeout(std::time::Duration::from_millis(1), left).await.is_err());
        });
        outer.await;
    });
}
