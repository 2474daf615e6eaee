//! What runs are given besides a parent: names, ids, tags, inputs, outputs.

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{assert_tree, trace};

use crate::support::{all, child, forests, leaf, on_both_runtimes, with_retry};

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

#[traceable(parent = parent)]
async fn asks(parent: Option<&RunTree>) {
    child(1).await;
}

#[traceable(root)]
async fn alone() {
    child(2).await;
}

#[test]
fn what_a_scope_gives_reaches_a_call_whose_attribute_names_its_parent() {
    for forest in forests(async || {
        let named = RunTree::builder("named").build();
        named.post().patch();
        let extra = || Extra::new().tag("t").metadata("m", 1).project("p");
        extra().call(|| asks(Some(&named))).await;
        // what a run around is given is not for those that are roots inside
        let around = trace("around").tag("around").metadata("around", 1).project("around");
        around.future(|_| extra().call(alone)).await;
        let context = TracingContext::new().tag("t").metadata("m", 1).project("p");
        context.scope(alone).await;
    }) {
        assert_tree!(forest, "named > asks > child; around; alone > child; alone > child");
        for run in forest.runs().iter().filter(|run| !["named", "around"].contains(&&*run.name)) {
            assert_eq!(
                (&run.tags[..], &run.metadata["m"]),
                (&["t".to_owned()][..], &1.into()),
                "{}",
                run.name
            );
        }
        // a child is in its parent's project
        assert!(all(&forest, "alone").iter().all(|run| run.project.as_deref() == Some("p")));
    }
}

#[test]
fn a_tag_does_not_move_a_run() {
    for forest in forests(async || {
        let around = trace("around").future(|_| async {
            with_retry(Extra::new().tag("t").call(|| child(1))).await;
            with_retry(TracingContext::new().metadata("m", 1).scope(|| child(2))).await;
            // what is called in one scope and started in another is tagged by both
            let called = Extra::new().tag("call").call(|| child(3));
            called.with_context(TracingContext::new().tag("start")).await;
            // called outside of any run
            tokio::spawn(child(4)).await.unwrap();
        });
        around.await;
        let outside = Extra::new().tag("outside").call(|| child(5));
        trace("later").future(|_| outside).await;
    }) {
        let children = "with_retry > child, with_retry > child, child, child";
        assert_tree!(forest, &format!("around > ({children}); later > child"));
        let tags: Vec<_> = all(&forest, "child").iter().map(|run| run.tags.join("+")).collect();
        assert_eq!(tags, ["t", "", "start+call", "", "outside"]);
        assert_eq!(all(&forest, "child")[1].metadata["m"], 1);
        assert!(all(&forest, "with_retry").iter().all(|run| run.tags.is_empty()));
    }
}

#[test]
fn fields_of_extra_are_of_one_run() {
    use serde_json::json;
    #[traceable]
    async fn model(#[run_tree] run: RunTree) {
        run.add_extra("invocation_params", json!({"temperature": 0.5})).add_extra("batch_size", u128::MAX);
        run.add_extra("metadata", json!({"k": 1}));
        leaf(1);
    }
    for forest in forests(async || {
        model()
            .with_extra(Extra::new().extra("invocation_params", json!({})).extra("runtime", json!({"a": 1})))
            .await;
        let block = trace("block").extra("own", 1).extra("metadata", json!({"k": 2}));
        block.future(|_| async { leaf(2) }).await;
        let manual = RunTree::builder("manual").extra("own", 2).build();
        manual.post().end().patch();
    }) {
        let runs = forest.runs();
        let run = |name: &str| runs.iter().find(|run| run.name == name).unwrap();
        let model = json!({
            "invocation_params": {"temperature": 0.5}, "batch_size": u128::MAX.to_string(), "runtime": {"a": 1}
        });
        assert_eq!(serde_json::Value::from(run("model").extra.clone()), model);
        assert_eq!((&run("model").metadata["k"], &run("block").metadata["k"]), (&json!(1), &json!(2)));
        assert_eq!((&run("block").extra["own"], &run("manual").extra["own"]), (&json!(1), &json!(2)));
        assert!(all(&forest, "leaf").iter().all(|leaf| leaf.extra.is_empty()));
    }
}
