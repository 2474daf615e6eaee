//! An executor whose tasks are made known: a scope that is open on its thread is kept from other tasks.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Waker};

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{TaskIdentity, assert_tree, process, trace};
use traceable_test_server::own_process::alone;

thread_local! {
    static POLLED: Cell<Option<NonZeroU64>> = const { Cell::new(None) };
    static TASKS: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>> = const { RefCell::new(Vec::new()) };
}

struct Executor;

impl TaskIdentity for Executor {
    fn current_task(&self) -> Option<NonZeroU64> {
        // what it calls may be traced by itself, and would ask it
        trace("a look").scope(|_| look())
    }
}

impl Executor {
    fn spawn(future: impl Future<Output = ()> + 'static) {
        TASKS.with_borrow_mut(|tasks| tasks.push(Box::pin(future)));
    }

    /// Polls what was spawned, from wherever it is called: inside a task too.
    fn run() {
        let tasks = TASKS.take();
        for (number, mut task) in tasks.into_iter().enumerate() {
            let before = POLLED.replace(NonZeroU64::new(number as u64 + 1));
            assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
            POLLED.set(before);
        }
    }
}

#[traceable]
fn look() -> Option<NonZeroU64> {
    POLLED.get()
}

#[traceable]
async fn child() {}

#[test]
fn a_scope_that_is_open_on_the_thread_is_kept_from_other_tasks() {
    alone(|| {
        let recorder = Recorder::install();
        let program = || {
            trace("open").scope(|_| {
                Executor::spawn(async { child().await });
                Executor::spawn(child());
                Executor::run();
            });
        };
        program();
        assert_tree!(recorder.forest(), "open > (child, child)");

        process::set_task_identity(Executor).ok().unwrap();
        assert!(process::set_task_identity(Executor).is_err(), "there is one already");
        recorder.clear();
        program();
        assert_tree!(recorder.forest(), "open > child; child");
        let lost = recorder.runs().into_iter().find(|run| run.name == "child" && run.parent_run_id.is_none());
        assert_eq!(lost.unwrap().metadata["broken_trace_reason"], "other_task");
    });
}
