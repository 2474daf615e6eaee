//! Traces that go on in another process, or in the next life of this one.

use std::io::Write as _;

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{Timestamp, assert_tree, new_run_id, trace};

use crate::support::{all, child, forests, leaf, output_of, runtimes};

const PARENT: &str = "LANGSMITH_PARENT";

#[traceable]
async fn act(x: i32) {
    child(x).await;
}

/// What is known of a workflow when it is taken up again: texts.
struct Checkpoint {
    order: String,
}

#[test]
fn what_is_taken_up_after_a_crash_goes_on_under_the_same_run() {
    for (first_life, second_life) in runtimes().into_iter().zip(runtimes()) {
        let recorder = Recorder::new();
        let checkpoint = first_life.block_on(
            async {
                let (written, checkpoint) = tokio::sync::oneshot::channel();
                let workflow = trace("workflow").future(|run| async move {
                    act(1).await;
                    let _ = written.send(Checkpoint { order: run.dotted_order().unwrap() });
                    std::future::pending::<()>().await;
                });
                let mut workflow = Box::pin(workflow);
                let checkpoint = tokio::select! {
                    () = &mut workflow => unreachable!("it waits for ever"),
                    checkpoint = checkpoint => checkpoint.unwrap(),
                };
                // the process is gone: nothing is dropped
                std::mem::forget(workflow);
                checkpoint
            }
            .with_context(recorder.context()),
        );
        assert_tree!(recorder.forest(), "workflow [open] > act > child");
        let resumed = async {
            let context = TracingContext::new().parent(checkpoint.order);
            tokio::spawn(async { act(2).await }.with_context(context)).await.unwrap();
        };
        second_life.block_on(resumed.with_context(recorder.context()));
        assert_tree!(recorder.forest(), "workflow [open] > (act > child, act > child)");
        // it was begun once, by the process that began it
        let workflow = recorder.run("workflow");
        assert_eq!((workflow.posts, workflow.patches), (1, 0));
    }
}

#[test]
fn a_replay_that_gives_an_id_again_gets_another_and_names_the_first() {
    for forest in forests(async || {
        let id = new_run_id(Timestamp::now());
        for life in 0..2 {
            Extra::new().run_id(id).call(|| act(life)).await;
        }
        // the first one's children are not touched
        leaf(1);
    }) {
        assert_tree!(forest, "act > child; act > child; leaf");
        let [first, second] = all(&forest, "act")[..] else { panic!("two runs") };
        assert_ne!(first.id, second.id);
        assert_eq!(second.metadata["dup_of"], first.id.to_string());
        assert!(forest.runs().iter().all(|run| (run.posts, run.patches) == (1, 1)));
    }
}

/// The part of the next test that is run in processes of their own. In this one there is nothing to do.
#[test]
fn in_the_subprocess() {
    let Ok(parent) = std::env::var(PARENT) else { return };
    for runtime in runtimes() {
        let recorder = Recorder::new();
        let test = async { Extra::new().parent(parent.as_str()).call(|| act(1)).await };
        runtime.block_on(test.with_context(recorder.context()));
        assert_tree!(recorder.forest(), "act > child");
        let run = recorder.run("act");
        let said = format!("\nsubprocess: {} {}\n", run.parent_run_id.unwrap(), run.trace_id);
        std::io::stdout().write_all(said.as_bytes()).unwrap();
    }
}

// The parent goes into the environment of the one command, not into this process's, where others would find it.
#[test]
fn a_subprocess_nests_under_the_run_that_started_it() {
    #[traceable(skip_output)]
    fn starts(#[run_tree] rt: RunTree) -> String {
        let order = rt.dotted_order().unwrap();
        output_of("processes::in_the_subprocess", |process| process.env(PARENT, order))
    }
    let recorder = Recorder::new();
    // two at once: neither finds the other's parent
    let outputs: Vec<String> = recorder.scoped(|| {
        traceable::thread::scope(|scope| {
            let both = [scope.spawn(starts), scope.spawn(starts)];
            both.map(|thread| thread.join().unwrap()).into()
        })
    });
    assert_tree!(recorder.forest(), "starts; starts");
    for run in recorder.runs() {
        let said = format!("subprocess: {} {}", run.id, run.trace_id);
        let under_it = |output: &&String| output.matches(&said).count() == 2;
        assert_eq!(outputs.iter().filter(under_it).count(), 1, "{outputs:?}");
    }
}
