//! Which of several parents counts.

use tokio::sync::oneshot;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{assert_tree, trace};

use crate::support::{all, child, forests, leaf, on_both_runtimes, pause, with_retry};

/// A run that has ended, to be named.
fn ended(name: &'static str) -> RunTree {
    let run = RunTree::builder(name).build();
    run.post().end().patch();
    run
}

#[traceable(parent = parent)]
async fn asks(parent: Option<&RunTree>) {
    child(1).await;
}

#[test]
fn the_nearest_word_counts() {
    on_both_runtimes(
        "future > asks > child; extra > asks > child; attribute > asks > child; context > asks > child;
         call > asks > child; start; start > asks > child",
        async || {
            let [by_future, by_extra, by_attribute, by_context] =
                ["future", "extra", "attribute", "context"].map(ended);
            let context = TracingContext::new().parent(&by_context);
            // of five words the nearest; then of four, and so on
            let extra = || Extra::new().parent(&by_extra);
            context.scope(|| extra().call(|| asks(Some(&by_attribute)))).with_parent(&by_future).await;
            context.scope(|| extra().call(|| asks(Some(&by_attribute)))).await;
            context.scope(|| asks(Some(&by_attribute))).await;
            context.scope(|| asks(None)).await;
            let called = trace("call").scope(|_| asks(None));
            trace("start").future(|_| called).await;
            let called_nowhere = asks(None);
            trace("start").future(|_| called_nowhere).await;
        },
    );
}

#[test]
fn of_the_place_of_the_call_and_that_of_the_start_the_deeper_counts_if_they_are_on_one_line() {
    #[traceable(skip_output)]
    async fn makes() -> [futures::future::BoxFuture<'static, i32>; 1] {
        [Box::pin(child(1))]
    }
    on_both_runtimes(
        "called > with_retry > child; upper > makes > child; one > child; other; start > child",
        async || {
            trace("called").future(|_| with_retry(child(1))).await;
            trace("upper")
                .future(|_| async {
                    let [made] = makes().await;
                    made.await;
                })
                .await;
            let made = trace("one").scope(|_| child(1));
            trace("other").future(|_| made).await;
            let made = child(1);
            trace("start").future(|_| made).await;
        },
    );
}

#[test]
fn a_run_that_has_started_stays_where_it_is() {
    #[traceable(skip_all)]
    async fn handler(gate: oneshot::Receiver<()>) {
        leaf(1);
        gate.await.unwrap();
        child(2).await;
    }
    // nothing sets a parent afterwards; `with_parent` on what was polled before comes too late
    on_both_runtimes("remote; here > handler > (leaf, child)", async || {
        let remote = ended("remote");
        let here = trace("here").future(|_| async {
            let (open, gate) = oneshot::channel();
            let mut handled = Box::pin(handler(gate));
            assert!(futures::poll!(&mut handled).is_pending());
            open.send(()).unwrap();
            handled.with_parent(&remote).await;
        });
        here.await;
    });
    // before the first poll it is in time, and what is called inside follows
    on_both_runtimes("remote > handler > (leaf, child); here", async || {
        let remote = ended("remote");
        let here = trace("here").future(|_| async {
            let (open, gate) = oneshot::channel();
            open.send(()).unwrap();
            handler(gate).with_parent(&remote).await;
        });
        here.await;
    });
}

/// Serves many requests.
#[derive(Clone)]
struct Agent {
    parent: Option<RunTree>,
}

impl Agent {
    async fn call(&self) {
        Extra::new().parent(self.parent.as_ref()).call(|| child(1)).await;
    }
}

#[traceable(skip_all)]
async fn request(agent: &mut Option<Agent>, keeps: bool, #[run_tree] rt: RunTree) {
    let agent = agent.get_or_insert_with(|| Agent { parent: keeps.then_some(rt) }).clone();
    tokio::spawn(async move { agent.call().await }.in_current_run()).await.unwrap();
}

// A handle in a field is what it says: the parent of all that is called with it. The later calls are marked; of a
// parent that ended more than a minute before, the program is told.
#[test]
fn a_handle_in_a_struct_is_the_parent_for_ever_and_the_context_is_the_callers() {
    for (keeps, expected) in
        [(true, "request > (child, child); request"), (false, "request > child; request > child")]
    {
        for forest in forests(async || {
            let mut agent = None;
            request(&mut agent, keeps).await;
            request(&mut agent, keeps).await;
        }) {
            assert_tree!(forest, expected);
            let late =
                all(&forest, "child").iter().map(|run| run.metadata.contains_key("late_start")).collect();
            assert_eq!(Vec::from_iter::<Vec<bool>>(late), [false, keeps]);
        }
    }
}

#[traceable(skip_all)]
async fn lowest(rt: &RunTree) {
    child(1).with_parent(rt).await;
    child(2).await;
}

#[traceable(skip_all)]
async fn middle(rt: &RunTree) {
    lowest(rt).await;
    Extra::new().parent(rt).call(|| lowest(rt)).await;
}

#[test]
fn a_parent_that_is_handed_down_is_for_the_call_that_names_it_and_inside_that_the_context_counts() {
    on_both_runtimes("named > (child, lowest > child, child); top > middle > lowest > child", async || {
        let named = ended("named");
        trace("top").future(|_| middle(&named)).await;
    });
}

#[test]
fn a_parent_of_another_trace_brings_all_that_its_children_inherit() {
    #[traceable(skip_all)]
    async fn ambient(other: &RunTree) {
        child(1).await;
        child(2).with_parent(other).await;
        tokio::spawn(Extra::new().parent(other).call(|| with_retry(child(3)))).await.unwrap();
        pause().await;
    }
    for forest in forests(async || {
        let recorder = Recorder::new();
        let other = RunTree::builder("other").project("b").metadata("b", 1).sink(recorder.sink()).build();
        other.post();
        Extra::new().project("a").tag("a").metadata("a", 1).call(|| ambient(&other)).await;
        other.patch();
        assert_tree!(recorder.forest(), "other > (child, with_retry > child)");
        for run in recorder.runs() {
            assert_eq!((run.project.as_deref(), run.trace_id), (Some("b"), other.trace_id().unwrap()));
            assert_eq!((run.tags.len(), run.metadata.get("a")), (0, None), "{}", run.name);
            assert_eq!(run.metadata["b"], 1);
        }
    }) {
        assert_tree!(forest, "ambient > child");
        for run in forest.runs() {
            assert_eq!((run.project.as_deref(), &run.tags[..]), (Some("a"), &["a".to_owned()][..]));
            assert_eq!((&run.metadata["a"], run.metadata.get("b")), (&1.into(), None));
        }
    }
}

#[traceable(root)]
async fn alone(x: i32) -> i32 {
    leaf(x)
}

#[test]
fn an_extra_that_names_no_parent_leaves_the_attributes_word() {
    for forest in forests(async || {
        let named = ended("named");
        let around = trace("around").tag("around").future(|_| async {
            asks(Some(&named)).with_extra(Extra::new().tag("t")).await;
            alone(1).with_extra(Extra::new().tag("t")).await;
        });
        around.await;
        let left_out = traceable::detached(|| alone(2));
        left_out.with_extra(Extra::new().tag("t")).await;
    }) {
        assert_tree!(forest, "named > asks > child; around; alone > leaf; alone > leaf");
        for run in forest.runs().iter().filter(|run| !["named", "around"].contains(&&*run.name)) {
            assert_eq!(run.tags, ["t"], "{}", run.name);
        }
    }
}

#[test]
fn a_block_that_is_made_outside_is_recorded_where_it_starts() {
    let recorder = Recorder::new();
    let (block, called) = (trace("block").future(|_| child(1)), child(2));
    recorder.scoped(|| {
        futures::executor::block_on(trace("top").future(|_| async { called.await + block.await }))
    });
    assert_tree!(recorder.forest(), "top > (child, block > child)");
}

#[test]
fn a_block_that_a_wrapper_polls_is_under_the_wrapper() {
    on_both_runtimes("top > (with_retry > child, with_retry > block > child)", async || {
        let top = trace("top").future(|_| async {
            with_retry(child(1)).await;
            with_retry(trace("block").future(|_| child(2))).await;
        });
        top.await;
    });
}
