//! A process that forks while a run is open: the copy begins traces of its own, with ids of its own, and leaves the
//! inherited run to the process where it began.
//!
//! One test, because a process with other threads must not fork.
#![cfg(unix)]

use std::ffi::c_int;
use std::io::{Read as _, Write as _};

use traceable::prelude::*;
use traceable::testing::Recorder;

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

#[traceable]
fn leaf() {}

fn some_id() -> [u8; 16] {
    traceable::new_run_id(traceable::Timestamp::from_micros(0)).into_bytes()
}

/// The copy returns true.
#[traceable]
fn forks() -> bool {
    let (mut theirs, mut ours) = std::io::pipe().unwrap();
    // SAFETY: the copy runs on the only thread that matters to it, and leaves by `_exit`
    let process = unsafe { fork() };
    assert!(process >= 0);
    if process == 0 {
        ours.write_all(&some_id()).unwrap();
        leaf();
        return true;
    }
    let mut id = [0; 16];
    theirs.read_exact(&mut id).unwrap();
    // both come next in the same sequence, at the same time
    assert_ne!(id, some_id());
    leaf();
    let mut status = -1;
    // SAFETY: the status is a place to write to
    assert_eq!(unsafe { waitpid(process, &mut status, 0) }, process);
    assert_eq!(status, 0, "what the copy did is said by its exit code, in the second byte: {}", status >> 8);
    false
}

#[test]
fn a_copy_of_the_process_begins_anew() {
    let recorder = Recorder::install();
    leaf();
    recorder.clear();
    let is_copy = forks();
    let forest = recorder.forest().render();
    if !is_copy {
        assert_eq!(forest, "forks > leaf");
        return;
    }
    // of the inherited run, the copy tells nothing more
    let told: Vec<_> = recorder.runs();
    let problems = [
        forest != "forks [open]; leaf",
        told.iter().any(|run| run.name == "leaf" && run.metadata["split_reason"] != "forked"),
    ];
    let code = problems.iter().position(|problem| *problem).map_or(0, |at| at as c_int + 1);
    // SAFETY: ends the copy at once, without the test harness's own end
    unsafe { _exit(code) }
}
