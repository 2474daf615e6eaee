//! Times and orders that fit together, whatever a run was made from.

use std::time::{Duration, SystemTime};

use traceable::prelude::*;
use traceable::testing::Forest;
use traceable::{Timestamp, assert_tree, trace};

use crate::support::{all, child, forests, leaf, with_retry};

/// Every child is behind its parent in time, and its order is the parent's and one part of its own.
fn assert_consistent(forest: &Forest) {
    for parent in forest.runs() {
        for child in forest.children(parent) {
            assert!(child.start_time >= parent.start_time, "{}", child.name);
            assert!(child.end_time >= Some(child.start_time), "{}", child.name);
            assert_eq!(child.trace_id, parent.trace_id);
            let own = child.dotted_order.strip_prefix(&parent.dotted_order).unwrap();
            assert!(own.starts_with('.') && own.ends_with(&child.id.to_string()), "{own}");
            assert_eq!(own.matches('.').count(), 1, "{own}");
        }
    }
    for root in forest.runs().iter().filter(|run| run.parent_run_id.is_none()) {
        assert_eq!((root.trace_id, root.dotted_order.contains('.')), (root.id, false));
    }
}

#[test]
fn a_child_never_starts_before_its_parent() {
    for forest in forests(async || {
        // called before the run exists that it starts in
        let early = child(1);
        trace("later").future(|_| early).await;
        // the clock was set back
        let ahead = SystemTime::now() + Duration::from_secs(3600);
        let parent = RunTree::builder("ahead").start_time(ahead).build();
        parent.post();
        parent.scope(|| with_retry(child(2))).await;
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let by_hand = parent.create_child("by hand").start_time(hour_ago).build();
        by_hand.post().patch();
        parent.patch();
    }) {
        assert_tree!(forest, "later > child; ahead > (with_retry > child, by hand)");
        assert_consistent(&forest);
        let ahead = all(&forest, "ahead")[0].start_time;
        assert_eq!(all(&forest, "by hand")[0].start_time, ahead);
        assert_eq!(all(&forest, "with_retry")[0].start_time, ahead);
    }
}

#[test]
fn runs_of_one_moment_are_in_the_order_in_which_they_began() {
    let moment = Timestamp::now();
    for forest in forests(async || {
        let parent = RunTree::builder("parent").start_time(moment).build();
        parent.post();
        for name in ["d", "c", "b", "a"] {
            parent.create_child(name).start_time(moment).build().post().patch();
        }
        parent.patch();
    }) {
        assert_tree!(forest, "parent > (d, c, b, a)");
        assert_consistent(&forest);
    }
}

#[test]
fn orders_are_those_of_the_parents_wherever_a_run_is_made() {
    for forest in forests(async || {
        let top = trace("top").future(|run| async move {
            tokio::spawn(with_retry(child(1))).await.unwrap();
            let by_hand = run.create_child("by hand").build();
            by_hand.post();
            by_hand.scope(|| leaf(1));
            by_hand.patch();
            let order = by_hand.dotted_order().unwrap();
            Extra::new().parent(order).call(|| with_retry(child(2))).await;
        });
        top.await;
    }) {
        assert_tree!(forest, "top > (with_retry > child, by hand > (leaf, with_retry > child))");
        assert_consistent(&forest);
    }
}

// A parent is a run, its whole order, or headers. The text of an id alone has no way to the root in it.
#[test]
fn an_id_alone_is_no_parent() {
    for forest in forests(async || {
        let top = trace("top").future(|run| async move {
            let id = run.id().unwrap().to_string();
            Extra::new().parent(id).call(|| child(1)).await;
        });
        top.await;
    }) {
        assert_tree!(forest, "top; child");
        assert_eq!(all(&forest, "child")[0].metadata["broken_trace_reason"], "bad_parent");
        assert_consistent(&forest);
    }
}
