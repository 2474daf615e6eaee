//! What panics on the caller's account names the caller's line, as in std and tokio; and public values can be printed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use traceable::testing::Recorder;
use traceable::{ContextThreadPool, task, thread, trace};
use traceable_test_server::own_process::alone;

static LINES: Mutex<Vec<(String, u32)>> = Mutex::new(Vec::new());

/// Where `f`, which is on one line with this call, is said to panic.
fn place_of(f: impl FnOnce()) -> (String, u32) {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
    LINES.lock().unwrap().pop().unwrap()
}

#[test]
fn a_panic_names_the_line_of_the_caller() {
    alone(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().unwrap();
            LINES.lock().unwrap().push((place.file().to_owned(), place.line()));
        }));
        let here = |line| (file!().to_owned(), line);
        let panics = || std::panic::resume_unwind(Box::new("quietly"));
        let found = [
            place_of(|| thread::scope(|scope| drop(scope.spawn(panics)))),
            place_of(|| drop(task::spawn(async {}))),
            place_of(|| drop(task::spawn_blocking(|| ()))),
            place_of(|| drop(task::JoinSet::new().spawn(async {}))),
        ];
        let last = line!() - 2;
        std::panic::set_hook(before);
        assert_eq!(found, [here(last - 3), here(last - 2), here(last - 1), here(last)]);
    });
}

#[test]
fn pools_and_recorders_can_be_printed() {
    let pool = ContextThreadPool::new(2).unwrap();
    assert_eq!(format!("{pool:?}"), "ContextThreadPool { threads: 2 }");
    assert_eq!(format!("{:?}", pool.submit(|| 1)), "Submitted { .. }");
    let recorder = Recorder::new();
    recorder.scoped(|| trace("outer").scope(|_| trace("inner").scope(|_| ())));
    assert_eq!(format!("{recorder:?}"), "Recorder(outer > inner)");
}
