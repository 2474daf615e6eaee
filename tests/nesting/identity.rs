//! Times and orders that fit together, whatever a run was made from.

use std::time::{Duration, SystemTime};

use traceable::prelude::*;
use traceable::testing::Forest;
use traceable::{Timestamp, assert_tree, trace};

use crate::support::{all, child, forests, leaf, with_retry};

/// Every order is the parent's and one part of its own, which is not earlier; and no run ends before it starts.
fn assert_consistent(forest: &Forest) {
    for run in forest.runs() {
        assert!(run.end_time >= Some(run.start_time), "{}", run.name);
        let way: Vec<_> = run.dotted_order.split('.').map(|part| &part[..22]).collect();
        assert!(way.is_sorted(), "{}", run.dotted_order);
    }
    for parent in forest.runs() {
        for child in forest.children(parent) {
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

// The order has the parent's time where a run's own is earlier: LangSmith insists on it. `start_time` is what the run's
// own clock said, or the program.
#[test]
fn a_child_is_never_before_its_parent_in_the_order() {
    for forest in forests(async || {
        // called before the run exists that it starts in
        let early = child(1);
        trace("later").future(|_| early).await;
        // a start by another clock
        let ahead = SystemTime::now() + Duration::from_secs(3600);
        let parent = RunTree::builder("ahead").start_time(ahead).build();
        parent.post();
        parent.scope(|| with_retry(child(2))).await;
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let by_hand = parent.create_child("by hand").start_time(hour_ago).build();
        by_hand.post().patch();
        parent.patch();
    }) {
        assert_tree!(forest, "later > child; ahead > (by hand, with_retry > child)");
        assert_consistent(&forest);
        let [ahead, with_retry, by_hand] =
            ["ahead", "with_retry", "by hand"].map(|name| all(&forest, name)[0]);
        let [early, late] = all(&forest, "child")[..] else { panic!("two children") };
        assert!(early.start_time >= all(&forest, "later")[0].start_time);
        assert!(late.start_time >= with_retry.start_time && late.end_time <= with_retry.end_time);
        let part = |start: Timestamp| format!(".{}", start.compact());
        for run in [with_retry, by_hand] {
            assert!(run.start_time < ahead.start_time);
            assert!(run.dotted_order[58..].starts_with(&part(ahead.start_time)), "{}", run.dotted_order);
            let skew = (ahead.start_time.micros() - run.start_time.micros()) / 1000;
            assert_eq!(run.metadata["clock_skew_ms"], skew);
        }
        assert!(!late.metadata.contains_key("clock_skew_ms"));
        assert!(by_hand.end_time.unwrap().micros() - by_hand.start_time.micros() >= 3_600_000_000);
    }
}

/// The order of a run of another process, whose clock is ahead of the one here by so many seconds.
fn order_by_another_clock(seconds: i64) -> String {
    let there = Timestamp::from_signed_micros(Timestamp::now().signed_micros() + seconds * 1_000_000);
    traceable::DottedOrder::root(there, traceable::new_run_id(there)).to_string()
}

#[test]
fn below_a_parent_whose_clock_is_wrong_runs_keep_their_own_times() {
    for seconds in [1, 300, 86_400, 31_536_000, -1, -86_400, -1_500_000_000] {
        for forest in forests(async || {
            let order = order_by_another_clock(seconds);
            let headers = [("langsmith-trace", order.as_str())];
            let before = Timestamp::now();
            Extra::new().parent(headers).call(|| with_retry(child(1))).await;
            Extra::new().parent(order.as_str()).call(|| with_retry(child(2))).await;
            let parent = RunTree::from_headers(&headers.to_vec()).unwrap().unwrap();
            parent.create_child("with_retry").build().post().patch();
            trace("times").metadata("before", before.micros()).metadata("parent", order).scope(|_| ());
        }) {
            let times = all(&forest, "times")[0];
            let before = times.metadata["before"].as_u64().unwrap();
            for run in all(&forest, "with_retry") {
                let (parent, own) = run.dotted_order.split_once('.').unwrap();
                assert_eq!((parent, own > &parent[..22]), (times.metadata["parent"].as_str().unwrap(), true));
                assert!(run.start_time.micros() + 1_000 >= before && run.end_time >= Some(run.start_time));
                let said = run.metadata.get("clock_skew_ms").and_then(|ms| ms.as_i64());
                assert_eq!(said.is_some(), seconds > 0);
                // the time since the order was made is not skew
                assert!(said.is_none_or(|ms| ms <= seconds * 1000 && ms > 0), "{said:?}");
            }
            for run in all(&forest, "child") {
                assert!(run.dotted_order.split('.').map(|part| &part[..22]).is_sorted());
                assert!(!run.metadata.contains_key("clock_skew_ms"));
            }
        }
    }
}

#[test]
fn a_parent_from_a_year_that_no_clock_means_is_malformed() {
    let now = Timestamp::now().to_string();
    let year: u64 = now[..4].parse().unwrap();
    let order = order_by_another_clock(0);
    for year in
        ["9999".to_owned(), "3000".to_owned(), (year + 12).to_string(), "1969".to_owned(), "0000".to_owned()]
    {
        let order = order.replacen(&order[..4], &year, 1);
        assert!(order.parse::<traceable::DottedOrder>().is_err(), "{order}");
        // wherever it is on the way
        for order in [
            order.clone(),
            format!("{}.{order}", order_by_another_clock(0)),
            format!("{order}.{}", order_by_another_clock(0)),
        ] {
            let headers = vec![("langsmith-trace".to_owned(), order.clone())];
            assert!(RunTree::from_headers(&headers).is_err(), "{order}");
            for forest in forests(async || {
                let around = trace("around").future(|_| async {
                    Extra::new().parent(&headers).call(|| child(1)).await;
                    child(2).with_parent(order.as_str()).await;
                });
                around.await;
            }) {
                assert_tree!(forest, "around; child; child");
                for run in all(&forest, "child") {
                    assert_eq!(run.metadata["broken_trace_reason"], "bad_parent");
                }
                assert_consistent(&forest);
            }
        }
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
