//! Manual runs are counted as others are.

use std::time::{Duration, SystemTime};

use traceable::RunTree;
use traceable::{assert_tree, diagnostics, new_run_id};

use crate::{recorder, reports};

#[test]
fn an_id_that_is_given_twice_is_counted() {
    let (_guard, recorder) = recorder();
    let before = diagnostics().duplicate_run_ids;
    let id = new_run_id(traceable::Timestamp::now());
    for _ in 0..2 {
        RunTree::builder("by hand").run_id(id).build().post().end().patch();
    }
    assert_eq!(diagnostics().duplicate_run_ids, before + 1);
    assert_eq!(recorder.runs()[1].metadata["dup_of"], id.to_string());
}

#[test]
fn a_late_child_is_counted_and_one_of_long_ago_is_reported_once() {
    let (_guard, recorder) = recorder();
    let before = diagnostics();
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let old = RunTree::builder("old").start_time(hour_ago).build();
    old.post().set_end_time(hour_ago + Duration::from_secs(10)).end().patch();
    for _ in 0..2 {
        old.create_child("late").build().post().end().patch();
    }
    let after = diagnostics();
    assert_eq!(after.late_children, before.late_children + 2);
    assert_eq!(after.stale_parents, before.stale_parents + 2);
    assert_eq!(recorder.run("late").metadata["late_start"], true);
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(
        report.contains("`late` (tests/broken_traces/manual.rs:") && report.contains("`old`, which ended"),
        "{report}"
    );
    assert_tree!(recorder.forest(), "old > (late, late)");
}

#[test]
fn what_is_told_long_afterwards_is_not_late() {
    let (_guard, recorder) = recorder();
    let before = diagnostics().late_children;
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let old = RunTree::builder("old").start_time(hour_ago).build();
    old.post().set_end_time(hour_ago + Duration::from_secs(10)).end().patch();
    old.create_child("in time").start_time(hour_ago + Duration::from_secs(5)).build().post().end().patch();
    assert_eq!(diagnostics().late_children, before);
    assert!(!recorder.run("in time").metadata.contains_key("late_start"));
}

#[test]
fn more_children_than_anybody_reads_are_reported() {
    let (_guard, _recorder) = recorder();
    let before = diagnostics().overgrown_runs;
    let forever = RunTree::builder("forever").build();
    (0..10_001).for_each(|_| drop(forever.create_child("round").build()));
    assert_eq!(diagnostics().overgrown_runs, before + 1);
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(report.contains("`forever` (tests/broken_traces/manual.rs:"), "{report}");
}
