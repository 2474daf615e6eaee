//! What is called in a trace that is not recorded is left out, and so is what it calls, but for what leaves the trace.

use traceable::prelude::*;
use traceable::{assert_tree, detached, process, trace};

use crate::support::{alone, runtimes};

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {
    leaf();
}

#[traceable(root)]
fn root() {}

#[traceable(skip_output)]
async fn other() -> RunTree {
    RunTree::current().unwrap()
}

/// Runs a program with a run whose trace is not sampled, in a process of its own, on both runtimes.
fn beside_unsampled(name: &str, tree: &str, program: impl AsyncFn(&RunTree)) {
    alone(name, |recorder| {
        process::set_sampling_rate(0.0);
        let unsampled = RunTree::builder("unsampled").build();
        process::set_sampling_rate(1.0);
        for runtime in runtimes() {
            recorder.clear();
            runtime.block_on(program(&unsampled));
            assert_tree!(recorder.forest(), tree);
        }
    });
}

#[test]
fn a_named_parent_brings_a_call_back_if_it_is_named_before_the_call() {
    let name = "left_out::a_named_parent_brings_a_call_back_if_it_is_named_before_the_call";
    beside_unsampled(name, "other > child > leaf", async |unsampled| {
        let run = other().await;
        unsampled.scope(|| Extra::new().parent(&run).call(child)).await;
        // a call that is not recorded costs nothing, and so does not wait for a parent
        unsampled.scope(|| child().with_parent(&run)).await;
    });
}

#[test]
fn a_call_that_is_left_out_stays_where_it_was_made() {
    #[traceable(skip_all)]
    async fn left_out(run: RunTree) {
        Extra::new().parent(&run).call(child).await;
    }
    let name = "left_out::a_call_that_is_left_out_stays_where_it_was_made";
    beside_unsampled(name, "other > child > leaf", async |unsampled| {
        let run = other().await;
        let off = TracingContext::new().enabled(false);
        unsampled.scope(|| left_out(run)).with_context(off).await;
    });
}

#[test]
fn what_is_put_on_a_call_brings_nothing_back_from_an_eager_part_either() {
    #[traceable]
    fn numbers() -> impl Iterator<Item = i32> {
        (0..2).inspect(|_| leaf())
    }
    #[traceable(parent = unsampled, skip_all)]
    fn at_once(unsampled: &RunTree, run: RunTree) -> impl Future<Output = ()> {
        assert_eq!(numbers().with_parent(&run).count(), 2);
        async {}
    }
    #[traceable(parent = unsampled, skip_all)]
    fn later(unsampled: &RunTree, run: RunTree) -> impl Future<Output = ()> {
        let numbers = numbers().with_parent(&run);
        let child = child().with_parent(&run);
        async {
            assert_eq!(numbers.count(), 2);
            child.await;
        }
    }
    let name = "left_out::what_is_put_on_a_call_brings_nothing_back_from_an_eager_part_either";
    let tree = "other > (numbers > (leaf, leaf), child > leaf); other > (at_once, later)";
    beside_unsampled(name, tree, async |unsampled| {
        let (run, recorded) = (other().await, other().await);
        at_once(unsampled, run.clone()).await;
        later(unsampled, run.clone()).await;
        // brought back itself, it is recorded by the time that what it made is polled
        at_once(unsampled, run.clone()).with_parent(&recorded).await;
        later(unsampled, run).with_parent(&recorded).await;
    });
}

#[test]
fn a_root_inside_is_a_root() {
    #[traceable]
    fn inner() {
        root();
    }
    #[traceable]
    fn outer() {
        inner();
    }
    beside_unsampled("left_out::a_root_inside_is_a_root", "root; root", async |unsampled| {
        Extra::new().parent(unsampled).call(outer);
        trace("block").parent(unsampled).scope(|_| inner());
    });
}

#[test]
fn the_handle_of_a_call_that_is_left_out_leads_to_its_trace() {
    #[traceable(skip_output)]
    fn handle(#[run_tree] run: RunTree) -> RunTree {
        run
    }
    #[traceable(skip_all)]
    fn elsewhere(run: &RunTree) {
        run.scope(leaf);
    }
    let name = "left_out::the_handle_of_a_call_that_is_left_out_leads_to_its_trace";
    beside_unsampled(name, "elsewhere; elsewhere; elsewhere", async |unsampled| {
        let run = unsampled.scope(handle);
        elsewhere(&run);
        trace("block").parent(unsampled).scope(|run| detached(|| elsewhere(run)));
        let block = trace("block").parent(unsampled).future(async |run| detached(|| elsewhere(&run)));
        block.await;
    });
}
