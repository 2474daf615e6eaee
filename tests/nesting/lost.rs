//! Contexts that are lost on the way: the runs are roots, and say why. None is given a parent by guess.
//!
//! What has lost its context goes to the default sink, so each of these tests has a process for itself.

use tokio::sync::oneshot;
use traceable::prelude::*;
use traceable::testing::{RecordedRun, Recorder};
use traceable::{assert_tree, trace};

use crate::support::{alone, child, leaf, output_of, runtimes};

/// Asserts the tree on one thread and on several; gives what is recorded to `look`, with whether it was on several.
fn recorded(recorder: &Recorder, expected: &str, test: impl AsyncFn(), look: impl Fn(&[RecordedRun], bool)) {
    for (runtime, several) in runtimes().into_iter().zip([false, true]) {
        recorder.clear();
        runtime.block_on(test());
        let forest = recorder.forest();
        assert_tree!(forest, expected);
        look(forest.runs(), several);
    }
}

fn reason(run: &RecordedRun) -> Option<&str> {
    run.metadata.get("broken_trace_reason").and_then(|reason| reason.as_str())
}

#[test]
fn a_block_that_is_spawned_bare_begins_traces_that_say_why() {
    #[traceable(allow(lost_context))]
    async fn parent() {
        child(0).await;
        tokio::spawn(async { child(1).await }).await.unwrap();
    }
    alone("lost::a_block_that_is_spawned_bare_begins_traces_that_say_why", |recorder| {
        recorded(
            recorder,
            "parent > child; child",
            async || parent().await,
            |runs, _| {
                let [parent, _, child] = runs else { panic!("three runs") };
                assert_eq!(reason(child), Some("no_context_in_task"));
                assert_eq!(child.metadata["suspected_parent"], parent.id.to_string());
                assert_ne!(child.trace_id, parent.trace_id);
            },
        );
    });
}

// A handle takes no adapter; where only a future is known, it is one like any other: what it waits for has its context
// already, or none.
#[test]
fn to_carry_the_handle_instead_of_the_work_changes_nothing() {
    fn carried<F: Future>(future: F) -> impl Future<Output = F::Output> {
        future.in_current_run()
    }
    #[traceable(allow(lost_context))]
    async fn parent() {
        carried(tokio::spawn(child(1))).await.unwrap();
        carried(tokio::spawn(async { child(2).await })).await.unwrap();
    }
    alone("lost::to_carry_the_handle_instead_of_the_work_changes_nothing", |recorder| {
        recorded(
            recorder,
            "parent > child; child",
            async || parent().await,
            |runs, _| {
                assert_eq!(runs[1].metadata.get("broken_trace_reason"), None);
                assert_eq!(reason(&runs[2]), Some("no_context_in_task"));
            },
        );
    });
}

#[test]
fn a_bare_thread_begins_traces_that_say_why() {
    #[traceable(allow(lost_context))]
    async fn outer() {
        std::thread::spawn(|| leaf(1)).join().unwrap();
        tokio::task::spawn_blocking(|| leaf(2)).await.unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| leaf(3));
        });
        let (done, end) = oneshot::channel();
        rayon::spawn(move || done.send(leaf(4)).unwrap());
        end.await.unwrap();
    }
    alone("lost::a_bare_thread_begins_traces_that_say_why", |recorder| {
        recorded(
            recorder,
            "outer; leaf; leaf; leaf; leaf",
            async || outer().await,
            |runs, _| {
                let reasons: Vec<_> = runs[1..].iter().map(reason).collect();
                // tokio runs blocking work as a task
                let (on_thread, in_task) = (Some("no_context_on_thread"), Some("no_context_in_task"));
                assert_eq!(reasons, [on_thread, in_task, on_thread, on_thread]);
            },
        );
    });
}

// A guard that is held across an await cannot be written: scopes are closures. The same happens to a closure that runs
// an executor: on one thread it polls other tasks inside the scope.
#[test]
fn a_scope_does_not_adopt_the_other_tasks_of_its_thread() {
    alone("lost::a_scope_does_not_adopt_the_other_tasks_of_its_thread", |recorder| {
        for (runtime, several) in runtimes().into_iter().zip([false, true]) {
            recorder.clear();
            trace("holds").scope(|_| {
                runtime.block_on(async {
                    tokio::spawn(async { child(1).await }).await.unwrap();
                    child(2).await;
                });
            });
            // the same tree whether the task shares the thread or not
            assert_tree!(recorder.forest(), "holds > child; child");
            let forest = recorder.forest();
            let [holds, _, lost] = forest.runs() else { panic!("three runs") };
            let expected = if several { "no_context_in_task" } else { "other_task" };
            assert_eq!(reason(lost), Some(expected));
            assert_eq!(lost.metadata["suspected_parent"], holds.id.to_string());
        }
    });
}

// Not in a release: there, ask `diagnostics()` or set a diagnostic hook.
#[test]
fn the_first_of_a_function_that_is_lost_is_a_line_on_stderr_in_a_debug_build() {
    const NAME: &str = "lost::the_first_of_a_function_that_is_lost_is_a_line_on_stderr_in_a_debug_build";
    const INSIDE: &str = "NESTING_LOSES";
    #[traceable(allow(lost_context))]
    async fn parent() {
        child(0).await;
        for x in 1..4 {
            tokio::spawn(async move { child(x).await }).await.unwrap();
        }
    }
    if std::env::var_os(INSIDE).is_some() {
        let _recorder = Recorder::install();
        return runtimes().into_iter().for_each(|runtime| runtime.block_on(parent()));
    }
    let text = output_of(NAME, |process| process.env(INSIDE, "1"));
    let reported: Vec<_> = text.lines().filter(|line| line.starts_with("traceable: ")).collect();
    assert_eq!(reported.len(), usize::from(cfg!(debug_assertions)), "{text}");
    for line in reported {
        let what =
            ["broken trace: `child` (tests/nesting/support.rs:", "under `parent` (tests/nesting/lost.rs:"];
        let fix = "carry the context: `spawn(async { .. }.in_current_run())`";
        assert!(what.iter().all(|part| line.contains(part)) && line.contains(fix), "{line}");
    }
}
