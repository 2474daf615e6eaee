//! A process that forks while a run is open: the copy begins traces of its own, with ids of its own, and leaves the
//! inherited run to the process where it began.
//!
//! Alone, because a process with other threads must not fork.
#![cfg(unix)]

use std::ffi::c_int;
use std::io::{Read as _, Write as _};

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::trace;
use traceable_test_server::own_process::alone;
use uuid::Uuid;

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {}

fn some_id() -> [u8; 16] {
    traceable::new_run_id(traceable::Timestamp::from_micros(0)).into_bytes()
}

/// Another thread knows of no run: if only one trace is open, it is suspected of having lost this one.
fn lose_a_leaf() {
    std::thread::spawn(leaf).join().unwrap();
}

/// The copy returns true.
#[traceable]
fn forks() -> bool {
    leaf();
    let called_before = child();
    // more than are remembered one by one
    let elsewhere = Recorder::new().sink();
    let open = |_| RunTree::builder("left open").sink(elsewhere.clone()).build().post().clone();
    let left_open: Vec<_> = (0..12).map(open).collect();
    // ids that name runs of this process: one that was given, and one that was not
    let run = RunTree::builder("open").run_id(traceable::new_run_id(traceable::Timestamp::now()));
    let run = run.sink(elsewhere.clone()).build();
    let ids = [run.id(), RunTree::current().unwrap().id()];
    let (mut theirs, mut ours) = std::io::pipe().unwrap();
    // SAFETY: the copy runs on the only thread that matters to it, and leaves by `_exit`
    let process = unsafe { fork() };
    assert!(process >= 0);
    if process == 0 {
        ours.write_all(&some_id()).unwrap();
        let again = |id: Uuid| RunTree::builder("again").run_id(id).sink(elsewhere.clone()).build().id();
        let is_refused = ids.iter().all(|id| again(id.unwrap()) != *id);
        let fresh = traceable::new_run_id(traceable::Timestamp::now());
        if !is_refused || again(fresh) != Some(fresh) || again(fresh) == Some(fresh) {
            // SAFETY: as below
            unsafe { _exit(99) }
        }
        leaf();
        futures::executor::block_on(called_before);
        trace("in the copy").scope(|_| lose_a_leaf());
        return true;
    }
    let mut id = [0; 16];
    theirs.read_exact(&mut id).unwrap();
    // both come next in the same sequence, at the same time
    assert_ne!(id, some_id());
    leaf();
    lose_a_leaf();
    drop(left_open);
    lose_a_leaf();
    let mut status = -1;
    // SAFETY: the status is a place to write to
    assert_eq!(unsafe { waitpid(process, &mut status, 0) }, process);
    assert_eq!(status, 0, "what the copy did is said by its exit code, in the second byte: {}", status >> 8);
    false
}

#[test]
fn a_copy_of_the_process_begins_anew() {
    alone(|| {
        let recorder = Recorder::install();
        leaf();
        recorder.clear();
        let is_copy = forks();
        let forest = recorder.forest().render();
        let runs = recorder.runs();
        let suspects: Vec<_> = runs.iter().filter_map(|run| run.metadata.get("suspected_parent")).collect();
        if !is_copy {
            assert_eq!(forest, "forks > (leaf, leaf); leaf; leaf");
            assert_eq!(suspects, [&recorder.run("forks").id.to_string()]);
            return;
        }
        let problems = [
            // of the inherited run, the copy tells nothing more
            forest != "forks [open] > leaf; leaf; child; in the copy; leaf",
            runs[2..4].iter().any(|run| run.metadata["broken_trace_reason"] != "forked"),
            // what is open elsewhere is not open here
            suspects != [&recorder.run("in the copy").id.to_string()],
        ];
        let code = problems.iter().position(|problem| *problem).map_or(0, |at| at as c_int + 1);
        // SAFETY: ends the copy at once, without the test harness's own end
        unsafe { _exit(code) }
    });
}
