//! Calls that have lost their context, with a recorder for the whole process.
//!
//! Alone, because the tests of one process share its default sink.

use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable_test_server::own_process::alone;

#[traceable]
async fn child(x: i32) -> i32 {
    tokio::task::yield_now().await;
    x
}

#[traceable]
fn leaf(x: i32) -> i32 {
    x
}

#[traceable(allow(lost_context))]
async fn spawns_a_block() {
    tokio::spawn(async { child(1).await }).await.unwrap();
}

#[traceable(allow(lost_context))]
fn starts_a_thread() {
    std::thread::spawn(|| leaf(1)).join().unwrap();
}

#[traceable(allow(lost_context))]
fn blocks_its_thread() {
    // on one thread: the task is polled while this run is open below it on the stack
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        tokio::spawn(async { child(1).await }).await.unwrap();
    });
}

fn reason_of(recorder: &Recorder, name: &str) -> String {
    recorder.run(name).metadata["broken_trace_reason"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_lost_context_makes_a_root_that_says_why() {
    alone(|| {
        let recorder = Recorder::install();

        for runtime in [
            tokio::runtime::Builder::new_current_thread().build().unwrap(),
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap(),
        ] {
            runtime.block_on(spawns_a_block());
            assert_tree!(recorder.forest(), "spawns_a_block; child");
            assert_eq!(reason_of(&recorder, "child"), "no_context_in_task");
            recorder.clear();
        }

        starts_a_thread();
        assert_tree!(recorder.forest(), "starts_a_thread; leaf");
        assert_eq!(reason_of(&recorder, "leaf"), "no_context_on_thread");
        let site = recorder.run("leaf").metadata["broken_trace_site"].as_str().unwrap().to_owned();
        assert!(site.contains("process_recorder::leaf (tests/alone/process_recorder.rs:"), "{site}");
        recorder.clear();

        blocks_its_thread();
        assert_tree!(recorder.forest(), "blocks_its_thread; child");
        assert_eq!(reason_of(&recorder, "child"), "other_task");
        recorder.clear();

        // a trace that began goes on when tracing is switched off
        #[traceable]
        fn switches() {
            leaf(1);
            traceable::process::set_enabled(false);
            leaf(2);
        }
        switches();
        leaf(3);
        assert_tree!(recorder.forest(), "switches > (leaf, leaf)");
        traceable::process::set_enabled(true);
        recorder.clear();

        // and one that begins while it is off stays off
        #[traceable]
        fn begins_off() {
            traceable::process::set_enabled(true);
            leaf(1);
            traceable::trace("block").scope(|_| leaf(2));
        }
        for begin in [begins_off as fn(), || traceable::trace("block").scope(|_| begins_off())] {
            traceable::process::set_enabled(false);
            begin();
            assert_tree!(recorder.forest(), "");
            assert!(traceable::process::is_enabled());
        }

        // what is sampled is whole traces
        traceable::process::set_sampling_rate(0.5);
        for _ in 0..200 {
            starts_and_calls();
        }
        traceable::process::set_sampling_rate(1.0);
        let forest = recorder.forest();
        let roots = forest.roots().count();
        assert!((50..150).contains(&roots), "{roots} of 200 at a rate of a half");
        assert_eq!(forest.runs().len(), 2 * roots);
        for root in forest.roots() {
            assert!(traceable::is_sampled(root.trace_id, 0.5));
        }

        #[traceable]
        fn starts_and_calls() {
            leaf(1);
        }
    });
}
