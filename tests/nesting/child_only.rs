//! Functions that do not compile into a call without a parent.

use traceable::prelude::*;
use traceable::{ContextHandle, assert_tree, trace};

use crate::support::{child, forests, here, leaf, on_both_runtimes};

#[traceable(child_only)]
async fn work(#[parent] run: RunTree, x: i32) -> i32 {
    leaf(x);
    child(x).await
}

#[traceable(child_only)]
fn now(#[parent] run: &RunTree) {
    leaf(1);
}

#[test]
fn a_call_that_is_spawned_by_a_block_without_a_context_is_where_its_parameter_says() {
    #[traceable(allow(lost_context))]
    async fn spawns(#[run_tree] run: RunTree) {
        // the block carries nothing: the parameter does
        tokio::spawn(async move {
            work(run.clone(), 1).await;
            now(&run);
        })
        .await
        .unwrap();
    }
    on_both_runtimes("spawns > (work > (leaf, child), now > leaf)", async || spawns().await);
}

#[test]
fn a_thread_of_its_own_needs_nothing_else() {
    #[traceable(allow(lost_context))]
    fn starts(#[run_tree] run: RunTree) {
        std::thread::spawn(move || now(&run)).join().unwrap();
    }
    here("starts > now > leaf", starts);
}

// What an `Extra` names for this very call beats the function, as with `parent = ..`.
#[test]
fn an_extra_around_the_call_names_another() {
    here("top > (other > now > leaf, named)", || {
        trace("top").scope(|top| {
            let other = trace("other").scope(Clone::clone);
            let named = trace("named").scope(Clone::clone);
            Extra::new().parent(&other).call(|| now(&named));
            assert!(top.is_active());
        });
    });
}

#[test]
fn an_inactive_handle_stands_for_the_current_run() {
    for forest in forests(async || {
        trace("top").future(|_| work(RunTree::inactive(), 1)).await;
    }) {
        assert_tree!(forest, "top > work > (leaf, child)");
    }
}

// That is all a handle of an untraced run can mean. The run says that it is a root against its will.
#[test]
fn where_there_is_no_current_run_either_the_call_begins_a_trace_that_says_so() {
    for forest in forests(async || {
        let context = ContextHandle::current();
        std::thread::spawn(move || context.scope(|| now(&RunTree::inactive()))).join().unwrap();
    }) {
        assert_tree!(forest, "now > leaf");
        assert!(
            forest.runs()[0].metadata.contains_key("broken_trace_reason"),
            "{:?}",
            forest.runs()[0].metadata
        );
    }
}

#[test]
fn a_trace_that_is_switched_off_stays_off() {
    here("", || {
        TracingContext::new().enabled(false).scope(|| trace("top").scope(now));
    });
}
