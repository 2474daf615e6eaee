//! Threads that were there before, other people's pools, and foreign code that calls back.

use std::cell::RefCell;
use std::ffi::c_void;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{OnceLock, mpsc};

use rayon::prelude::*;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{ContextHandle, ContextThreadPool, Envelope, assert_tree, bind, bind_fn, trace};

use crate::support::{child, everywhere, leaf, output_of};

#[traceable(skip_all)]
fn parent(work: impl FnOnce() -> i32 + Send + 'static) -> i32 {
    std::thread::spawn(work).join().unwrap()
}

// Not a mistake that could be distinguished from an intention, so nothing is reported: a closure is bound where `bind` is called.
#[test]
fn a_closure_nests_where_it_was_bound_and_not_where_it_is_used() {
    everywhere("grandparent > (parent, leaf, parent); grandparent > parent > leaf", || {
        trace("grandparent").scope(|_| {
            let bound_before = bind(|| leaf(1));
            parent(bound_before);
            parent(|| trace("no context").scope(|run| i32::from(run.is_recorded())));
        });
        trace("grandparent").scope(|_| {
            trace("parent").scope(|_| std::thread::spawn(bind(|| leaf(2))).join().unwrap());
        });
    });
}

/// A thread that was started long before, and does what it is sent.
fn worker() -> mpsc::Sender<Box<dyn FnOnce() + Send>> {
    let (jobs, received) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
    std::thread::spawn(move || received.into_iter().for_each(|job| job()));
    jobs
}

#[test]
fn a_job_for_a_thread_that_was_there_before_is_bound() {
    let jobs = worker();
    everywhere("outer > (leaf, leaf, leaf)", || {
        let (done, all) = mpsc::channel();
        trace("outer").scope(|_| {
            for x in 1..=2 {
                let done = done.clone();
                jobs.send(Box::new(bind(move || done.send(leaf(x)).unwrap()))).unwrap();
            }
            let global = bind(move || done.send(leaf(3)).unwrap());
            rayon::spawn(global);
            assert_eq!(all.into_iter().sum::<i32>(), 6);
        });
    });
}

#[test]
fn parallel_work_is_bound_once_for_all_its_threads() {
    #[traceable]
    fn half(x: i32) -> i32 {
        leaf(x)
    }
    let pool = ContextThreadPool::new(3).unwrap();
    let halves = ["half > leaf"; 8].join(", ");
    everywhere(&format!("top > ({halves})"), || {
        trace("top").scope(|_| {
            let both = pool.install(|| rayon::join(bind(|| half(1)), bind(|| half(2))));
            assert_eq!(both, (1, 2));
            let bound = bind_fn(half);
            let sum: i32 = pool.install(|| (0..4).into_par_iter().map(&bound).sum());
            assert_eq!(sum, 6);
            pool.scope(|scope| (0..2).for_each(|x| scope.spawn(move || assert_eq!(half(x), x))));
        });
    });
}

#[test]
fn a_thread_that_receives_messages_handles_each_where_it_was_sent() {
    let (sender, receiver) = mpsc::channel::<Envelope<(i32, mpsc::Sender<i32>)>>();
    std::thread::spawn(move || {
        receiver.into_iter().for_each(|envelope| envelope.open(|(x, answer)| answer.send(leaf(x)).unwrap()));
    });
    everywhere("first > leaf; second > leaf", || {
        for name in ["first", "second"] {
            trace(name).scope(|_| {
                let (answer, answered) = mpsc::channel();
                sender.send(Envelope::new((1, answer))).unwrap();
                assert_eq!(answered.recv(), Ok(1));
            });
        }
    });
}

/// A library written in C, as it looks from here: it starts a thread and calls back with the pointer it was given.
mod library {
    use super::*;

    struct UserData(*mut c_void);

    // SAFETY: what the pointer stands for may be sent, says whoever gives it
    unsafe impl Send for UserData {}

    pub(super) fn start(
        callback: extern "C" fn(*mut c_void),
        user: *mut c_void,
    ) -> std::thread::JoinHandle<()> {
        let user = UserData(user);
        std::thread::spawn(move || {
            let user = user;
            callback(user.0);
        })
    }
}

#[traceable]
fn on_done(x: i32) {
    assert!(x < 2, "a callback that panics");
    leaf(x);
}

struct Callback {
    context: ContextHandle,
    x: i32,
}

extern "C" fn call_back(user: *mut c_void) {
    // SAFETY: `native_call` made it of this type, and the library calls back once
    let callback = unsafe { Box::from_raw(user.cast::<Callback>()) };
    let Callback { context, x } = *callback;
    // no panic goes through foreign code
    let _ = catch_unwind(AssertUnwindSafe(|| context.scope(|| on_done(x))));
}

#[traceable]
fn native_call(x: i32) {
    let callback = Box::new(Callback { context: ContextHandle::current(), x });
    library::start(call_back, Box::into_raw(callback).cast()).join().unwrap();
}

#[test]
fn a_context_goes_through_foreign_code_as_a_pointer_and_comes_back() {
    let expected = "native_call > on_done > leaf; native_call > on_done [error]";
    let test = || {
        native_call(1);
        native_call(2);
    };
    everywhere(expected, test);
}

struct CallsAtTheEnd {
    context: ContextHandle,
    done: mpsc::Sender<i32>,
}

impl Drop for CallsAtTheEnd {
    fn drop(&mut self) {
        let x = self.context.scope(|| {
            trace("at the end").scope(|_| {
                leaf(6);
                numbers().count();
                futures::executor::block_on(child(7))
            })
        });
        self.done.send(x).unwrap();
    }
}

#[traceable]
fn numbers() -> impl Iterator<Item = i32> {
    (0..1).map(leaf)
}

#[test]
fn a_call_while_a_thread_takes_its_locals_down_is_a_call_like_any_other() {
    thread_local!(static KEPT: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) });
    // a thread that keeps its own value before anything is traced there, and one that does so afterwards: locals are
    // taken down in the order in which they came, or against it
    for keeps_first in [true, false] {
        let (done, all) = mpsc::channel();
        let recorder = Recorder::new();
        recorder.scoped(|| {
            let context = ContextHandle::current();
            let thread = std::thread::spawn(move || {
                if !keeps_first {
                    context.scope(|| leaf(1));
                }
                KEPT.set(Some(CallsAtTheEnd { context: context.clone(), done }));
                context.scope(|| leaf(2));
            });
            thread.join().unwrap();
        });
        assert_eq!(all.recv(), Ok(7));
        let before = if keeps_first { "leaf" } else { "leaf; leaf" };
        assert_tree!(recorder.forest(), &format!("{before}; at the end > (leaf, numbers > leaf, child)"));
        let recorded = recorder.runs();
        let inputs: Vec<_> =
            recorded.iter().filter(|run| run.name == "leaf").map(|run| &run.inputs["x"]).collect();
        assert_eq!(inputs[inputs.len() - 3..], [2, 6, 0]);
        assert_eq!(
            (recorder.run("child").inputs["x"].clone(), recorder.run("child").outputs["output"].clone()),
            (7.into(), 7.into())
        );
    }
}

/// Functions registered by `atexit` are called when the main thread has taken its locals down.
#[cfg(unix)]
#[test]
fn a_call_at_the_exit_of_the_process_is_a_call_like_any_other() {
    static RECORDER: OnceLock<Recorder> = OnceLock::new();

    unsafe extern "C" {
        fn atexit(handler: extern "C" fn()) -> std::ffi::c_int;
    }

    extern "C" fn at_exit() {
        let recorder = RECORDER.get().unwrap();
        recorder.clear();
        trace("at exit").scope(|_| futures::executor::block_on(child(7)));
        leaf(8);
        let (child, leaf) = (recorder.run("child"), recorder.run("leaf"));
        // the test harness has taken what is printed away by now
        let _ =
            writeln!(std::io::stderr(), "{} {} {}", recorder.forest().render(), child.inputs, leaf.inputs);
    }

    if std::env::var("AT_EXIT").is_ok() {
        RECORDER.get_or_init(Recorder::install);
        leaf(1);
        // SAFETY: this is the function's signature in POSIX; the handler does not unwind.
        unsafe { atexit(at_exit) };
        return;
    }
    let name = "threads::a_call_at_the_exit_of_the_process_is_a_call_like_any_other";
    let text = output_of(name, |process| process.env("AT_EXIT", "1"));
    assert!(text.contains(r#"at exit > child; leaf {"x":7} {"x":8}"#), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}
