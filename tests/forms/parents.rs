//! `#[parent]` and `child_only`: the parent is a parameter.

use std::sync::Arc;

use futures::stream::{Stream, StreamExt};
use traceable::{assert_tree, traceable, DottedOrder, IntoParent, Parent, ParentRun, RunTree};

use crate::support::{line, record, record_async};

#[traceable(child_only)]
fn step(#[parent] run: &RunTree, x: u8) -> u8 {
    x
}

#[traceable(child_only, name = "later")]
async fn later(x: u8, #[parent] mut run: RunTree) -> u8 {
    run = run.create_child("by hand").build();
    x + u8::from(run.id().is_none())
}

#[traceable(child_only)]
fn lazy(#[parent] run: Arc<RunTree>) -> impl Iterator<Item = u8> {
    0..2
}

#[traceable(child_only)]
fn yields(#[parent] order: &DottedOrder) -> impl Stream<Item = u8> + use<> {
    futures::stream::iter([1])
}

#[traceable(child_only)]
fn generic<P: ParentRun>(#[parent] parent: P) {}

#[traceable(child_only, inputs(name = run.name()))]
fn asked(#[parent] run: &RunTree) -> bool {
    run.is_active()
}

#[traceable]
fn maybe(#[parent] run: Option<&RunTree>, #[cfg(test)] x: u8) -> u8 {
    x
}

#[traceable]
fn any(#[parent] parent: impl IntoParent) {}

struct Agent {
    run: RunTree,
}

impl IntoParent for Agent {
    fn to_parent(&self) -> Parent {
        self.run.to_parent()
    }
}

impl ParentRun for Agent {}

trait Tool {
    #[traceable(child_only)]
    fn default(&self, #[parent] run: &RunTree) {}
    fn call(&self, run: &RunTree) -> u8;
}

impl Tool for Agent {
    #[traceable(child_only)]
    fn call(&self, #[parent] run: &RunTree) -> u8 {
        7
    }
}

#[async_trait::async_trait]
trait AsyncTool {
    async fn call_later(&self, run: &RunTree) -> u8;
}

#[async_trait::async_trait]
impl AsyncTool for Agent {
    #[traceable(child_only)]
    async fn call_later(&self, #[parent] run: &RunTree) -> u8 {
        8
    }
}

/// A run to attach something to, and one around that is not meant.
fn inside<R>(f: impl FnOnce(RunTree) -> R) -> (R, traceable::testing::Recorder) {
    record(|| {
        let run = RunTree::builder("named").build();
        run.post();
        let value = traceable::trace("around").scope(|_| f(run.clone()));
        run.patch();
        value
    })
}

#[test]
fn every_form_hangs_under_its_parameter() {
    let (_, recorder) = inside(|run| {
        assert_eq!(step(&run, 1), 1);
        assert_eq!(futures::executor::block_on(later(1, run.clone())), 1);
        assert_eq!(lazy(Arc::new(run.clone())).count(), 2);
        let order: DottedOrder = run.dotted_order().unwrap().parse().unwrap();
        assert_eq!(futures::executor::block_on(yields(&order).count()), 1);
        generic(&run);
        generic(Agent { run: run.clone() });
        assert!(asked(&run));
        let agent = Agent { run: run.clone() };
        agent.default(&run);
        assert_eq!(agent.call(&run), 7);
        assert_eq!(futures::executor::block_on(agent.call_later(&run)), 8);
        assert_eq!(maybe(Some(&run), 1), 1);
        any(&run);
        any(run.dotted_order().unwrap());
    });
    let named = "named > (step, later, lazy, yields, generic, generic, asked, default, call, call_later, maybe, any, any)";
    assert_tree!(recorder.forest(), &format!("{named}; around"));
}

#[test]
fn what_names_no_parent_where_that_is_allowed_is_under_what_is_around() {
    let (_, recorder) = inside(|_| {
        maybe(None, 1);
        any(Parent::Root);
    });
    assert_tree!(recorder.forest(), "named; around > maybe; any");
}

#[test]
fn a_parent_is_no_input() {
    let (_, recorder) = inside(|run| {
        step(&run, 1);
        asked(&run);
    });
    assert_eq!(line(&recorder.run("step")), r#"{"x":1} -> {"output":1}"#);
    assert_eq!(line(&recorder.run("asked")), r#"{"name":"named"} -> {"output":true}"#);
}

#[test]
fn a_call_that_is_not_traced_is_the_plain_call() {
    assert_eq!(step(&RunTree::inactive(), 3), 3);
    let (value, recorder) = record_async(|| later(4, RunTree::inactive()));
    assert_eq!(value, 5);
    assert_eq!(recorder.runs().len(), 1);
}
