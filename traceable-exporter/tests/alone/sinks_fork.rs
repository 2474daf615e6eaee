//! A process that forks while lines wait and runs are open: each process writes its own lines, and none twice.
//!
//! Alone, because a process with other threads must not fork.
#![cfg(unix)]

use std::ffi::c_int;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use crate::support::own_process::alone;
use traceable_core::{RunSink, RunTree};
use traceable_exporter::{Console, JsonLines};

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(status: c_int) -> !;
}

const LONG: Duration = Duration::from_secs(20);

fn run(sink: &Arc<JsonLines>, name: &str) {
    RunTree::builder(name.to_owned()).sink(sink.clone()).build().post().end().patch();
}

/// Never finishes its first write, so that lines wait when the process forks.
struct Stuck;

impl Write for Stuck {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        std::thread::sleep(LONG);
        Ok(0)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_fork_each_process_writes_its_own_lines() {
    alone(|| {
        let path = std::env::temp_dir().join(format!("traceable-fork-{}.jsonl", std::process::id()));
        let file = Arc::new(JsonLines::create(&path).unwrap());
        let unused = Arc::new(JsonLines::append(&path).unwrap());
        let given = Arc::new(JsonLines::to(Stuck));
        run(&file, "before");
        run(&given, "before");
        let console = Arc::new(Console::to(io::sink()).max_runs(2));
        let open = |name: &'static str| RunTree::builder(name).sink(console.clone()).build().post().clone();
        let left_open = [open("one"), open("two")];
        // SAFETY: the copy uses what it inherits as a program's copy would, and ends with `_exit`
        let process = unsafe { fork() };
        assert!(process >= 0);
        if process == 0 {
            run(&file, "copy");
            run(&unused, "copy, first");
            run(&given, "copy");
            open("copy").end().patch();
            let problems = [
                !file.flush(LONG) || file.stats().written != 2,
                !unused.flush(LONG) || unused.stats().written != 2,
                given.flush(Duration::ZERO) || given.stats().dropped != 2,
                // runs that the original has open take no room here
                console.stats().accepted != 1,
            ];
            let code = problems.iter().position(|problem| *problem).map_or(0, |at| at as c_int + 1);
            // SAFETY: ends the copy at once, without the exit handlers of the test harness
            unsafe { _exit(code) }
        }
        let mut status = -1;
        // SAFETY: the pointer to the status is valid
        assert_eq!(unsafe { waitpid(process, &mut status, 0) }, process);
        assert_eq!(status, 0, "the exit code of the copy is the number of the failed check: {}", status >> 8);
        run(&file, "after");
        assert!(file.flush(LONG));
        for run in left_open {
            run.end().patch();
        }
        assert!(console.flush(LONG));
        assert_eq!(console.stats().written, 2);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut names: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|line| line["op"] == "post")
            .map(|line| line["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["after", "before", "copy", "copy, first"]);
        std::fs::remove_file(&path).unwrap();
    });
}
