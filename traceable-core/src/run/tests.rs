//! Times of runs, by clocks that are set by hand: somebody sets the system clock, and other processes have clocks of their
//! own.

use serde_json::Value;
use uuid::Uuid;

use crate::context::extra::Extra;
use crate::context::handle::detached;
use crate::identity::clock::by_hand::Clocks;
use crate::identity::dotted_order::DottedOrder;
use crate::identity::id::new_run_id;
use crate::identity::time::Timestamp;
use crate::run::run_tree::RunTree;
use crate::testing::{Forest, RecordedRun, Recorder};
use crate::trace;

const NOV_2026: i64 = 1_795_354_206_544_544;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;

fn run<'a>(forest: &'a Forest, name: &str) -> &'a RecordedRun {
    forest.runs().iter().find(|run| run.name == name).unwrap_or_else(|| panic!("no run `{name}`"))
}

fn duration(run: &RecordedRun) -> u64 {
    run.end_time.unwrap().micros() - run.start_time.micros()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_signed_micros(micros)
}

/// The times of the way to a run.
fn way(run: &RecordedRun) -> Vec<Timestamp> {
    let parse = |part: &str| Timestamp::parse_compact(&part[..22]).unwrap();
    run.dotted_order.split('.').map(parse).collect()
}

/// What LangSmith insists on, and what everybody expects: no run ends before it starts, and in its order none is before its
/// parent. In a trace of one clock all children are inside of their parent.
fn assert_consistent(forest: &Forest, is_one_clock: bool) {
    for run in forest.runs() {
        assert!(run.end_time.unwrap() >= run.start_time, "{}", run.name);
        assert!(way(run).is_sorted(), "{}", run.dotted_order);
        for child in forest.children(run).filter(|_| is_one_clock) {
            assert!(child.start_time >= run.start_time && child.end_time <= run.end_time, "{}", child.name);
            assert_eq!(way(child).last(), Some(&child.start_time));
        }
    }
}

#[test]
fn a_step_of_the_system_clock_changes_no_trace_that_is_open() {
    for step in [HOUR, -HOUR, 50 * 365 * 24 * HOUR, -NOV_2026, 20 * SECOND / 1000, -SECOND / 200] {
        let clocks = Clocks::set(NOV_2026);
        let recorder = Recorder::new();
        recorder.scoped(|| {
            trace("outer").scope(|outer| {
                clocks.pass(10_000);
                clocks.step(step);
                detached(|| trace("other").scope(|_| clocks.pass(5_000)));
                trace("child").scope(|child| {
                    trace("grandchild").scope(|_| clocks.pass(30_000));
                    child.add_event("now");
                });
                outer.create_child("by hand").build().post().patch();
                clocks.step(-step);
                detached(|| trace("another").scope(|_| clocks.pass(1)));
                clocks.pass(10_000);
            });
        });
        let forest = recorder.forest();
        assert_consistent(&forest, true);
        let durations = ["outer", "other", "child", "grandchild", "by hand", "another"];
        let durations = durations.map(|name| duration(run(&forest, name)));
        assert_eq!(durations, [55_001, 5_000, 30_000, 30_000, 0, 1], "{step}");
        assert_eq!(run(&forest, "child").events[0]["time"], at(NOV_2026 + 45_000).to_string());
        // a trace that begins follows the system
        assert_eq!(run(&forest, "other").start_time, at((NOV_2026 + 10_000 + step).max(0)), "{step}");
        assert_eq!(run(&forest, "another").start_time, at(NOV_2026 + 45_000));
        for run in forest.runs() {
            assert!(!run.metadata.contains_key("clock_skew_ms"), "{}", run.name);
        }
    }
}

#[test]
fn a_run_takes_its_time_below_a_parent_whose_clock_is_wrong() {
    let skews =
        [SECOND / 1000, SECOND, 300 * SECOND, HOUR, 9 * 365 * 24 * HOUR, 0, -SECOND, -HOUR, -NOV_2026];
    for skew in skews {
        let clocks = Clocks::set(NOV_2026);
        let parent = at(NOV_2026 + skew);
        let order = DottedOrder::root(parent, new_run_id(parent)).to_string();
        let recorder = Recorder::new();
        recorder.scoped(|| {
            Extra::new().parent(order.as_str()).call(|| {
                trace("handler").scope(|_| {
                    clocks.pass(10_000);
                    // what begins meanwhile looks at the system clock, which somebody sets
                    clocks.step(-HOUR);
                    detached(|| trace("other").scope(|_| ()));
                    trace("child").scope(|_| clocks.pass(30_000));
                });
            });
        });
        let forest = recorder.forest();
        let [handler, child] = ["handler", "child"].map(|name| run(&forest, name));
        assert_eq!((handler.start_time, duration(handler)), (at(NOV_2026), 40_000), "{skew}");
        assert_eq!((child.start_time, duration(child)), (at(NOV_2026 + 10_000), 30_000), "{skew}");
        // the order alone has the parent's time where that is later
        let own = [parent, handler.start_time.max(parent), child.start_time.max(parent)];
        assert_eq!((way(handler), way(child)), (own[..2].to_vec(), own.to_vec()), "{skew}");
        let said = handler.metadata.get("clock_skew_ms").and_then(Value::as_i64);
        assert_eq!(said, Some(skew / 1000).filter(|ms| *ms > 0));
        assert!(!child.metadata.contains_key("clock_skew_ms"));
        assert_eq!(handler.id.get_timestamp().unwrap().to_unix().0, (NOV_2026 / SECOND) as u64);
    }
}

#[test]
fn children_of_one_moment_in_the_order_stay_in_the_order_of_their_starts() {
    let clocks = Clocks::set(NOV_2026);
    let parent = at(NOV_2026 + HOUR);
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let parent = RunTree::from_dotted_order(&DottedOrder::root(parent, new_run_id(parent)));
        for name in ["d", "c", "b", "a"] {
            parent.scope(|| trace(name).scope(|_| clocks.pass(1_000)));
        }
    });
    let forest = recorder.forest();
    let names: Vec<_> = forest.runs().iter().map(|run| &*run.name).collect();
    assert_eq!(names, ["d", "c", "b", "a"]);
    assert_consistent(&forest, false);
}

#[test]
fn a_start_that_the_program_gives_is_kept_and_so_is_the_time_it_took() {
    for ahead in [HOUR, 300 * SECOND, SECOND / 50, 0, -SECOND, -HOUR] {
        let clocks = Clocks::set(NOV_2026);
        let recorder = Recorder::new();
        recorder.scoped(|| {
            let parent = RunTree::builder("parent").start_time(at(NOV_2026 + ahead)).build();
            parent.post();
            clocks.pass(10_000);
            clocks.step(-HOUR);
            detached(|| trace("other").scope(|_| ()));
            parent.scope(|| trace("child").scope(|_| clocks.pass(30_000)));
            parent.add_event("now");
            parent.patch();
        });
        let forest = recorder.forest();
        assert_consistent(&forest, false);
        let [parent, child] = ["parent", "child"].map(|name| run(&forest, name));
        assert_eq!(parent.start_time, at(NOV_2026 + ahead));
        // what began before it was made has taken that time too
        assert_eq!(duration(parent), 40_000 + (-ahead).max(0) as u64, "{ahead}");
        assert_eq!(parent.events[0]["time"], parent.end_time.unwrap().to_string());
        assert_eq!((child.start_time, duration(child)), (at(NOV_2026 + 10_000), 30_000));
        let said = child.metadata.get("clock_skew_ms").and_then(Value::as_i64);
        assert_eq!(said, Some((ahead - 10_000) / 1000).filter(|ms| *ms > 0), "{ahead}");
    }
}

#[test]
fn what_is_told_afterwards_has_the_times_that_are_told() {
    Clocks::set(NOV_2026);
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let parent = RunTree::builder("parent").start_time(at(NOV_2026 - HOUR)).build();
        let child = parent.create_child("child").start_time(at(NOV_2026 - HOUR - SECOND / 2)).build();
        child.post().set_end_time(at(NOV_2026 - HOUR + SECOND / 5)).patch();
        parent.post().set_end_time(at(NOV_2026 - HOUR + SECOND)).patch();
    });
    let forest = recorder.forest();
    assert_consistent(&forest, false);
    let [parent, child] = ["parent", "child"].map(|name| run(&forest, name));
    assert_eq!((duration(parent), duration(child)), (1_000_000, 700_000));
    assert_eq!(child.start_time, at(NOV_2026 - HOUR - SECOND / 2));
    assert_eq!(way(child), [parent.start_time, parent.start_time]);
    assert_eq!(child.metadata["clock_skew_ms"], 500);
}

#[test]
fn an_end_before_the_start_is_the_reading_of_a_clock_that_was_set_back() {
    let clocks = Clocks::set(NOV_2026);
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let plain = RunTree::builder("plain").build();
        let given = RunTree::builder("given").start_time(at(NOV_2026)).build();
        clocks.pass(30_000);
        for run in [plain, given] {
            run.post().set_end_time(at(NOV_2026 - HOUR)).patch();
        }
    });
    for run in recorder.runs() {
        assert_eq!(duration(&run), 30_000, "{}", run.name);
    }
}

#[test]
fn a_start_read_from_the_system_clock_after_a_step_is_ended_by_that_clock() {
    let clocks = Clocks::set(NOV_2026);
    let recorder = Recorder::new();
    recorder.scoped(|| {
        trace("outer").scope(|outer| {
            clocks.pass(10_000);
            clocks.step(-HOUR);
            let now = at(NOV_2026 - HOUR + 10_000);
            let by_hand = outer.create_child("by hand").start_time(now).build();
            clocks.step(-HOUR);
            clocks.pass(30_000);
            by_hand.post().patch();
        });
    });
    let forest = recorder.forest();
    assert_consistent(&forest, false);
    assert_eq!((duration(run(&forest, "by hand")), duration(run(&forest, "outer"))), (30_000, 40_000));
    assert_eq!(run(&forest, "by hand").metadata["clock_skew_ms"], HOUR / 1000 - 10);
    assert_ne!(run(&forest, "by hand").id, Uuid::nil());
}
