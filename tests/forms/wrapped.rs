//! The future of an annotated function drops what is in it once and in its order, however it ends: as the plain one.

use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use traceable::traceable;

use crate::support::{line, record};

type Log = Arc<Mutex<Vec<&'static str>>>;

/// Logs its drop, and panics in it if its name says so.
struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.lock().unwrap_or_else(|e| e.into_inner()).push(self.0);
        if self.0.starts_with("panics") {
            panic!("dropped");
        }
    }
}

/// What happens inside at the first poll.
#[derive(Clone, Copy)]
enum Inside {
    Ready,
    Waits,
    Panics,
}

async fn go(inside: Inside) {
    match inside {
        Inside::Ready => {}
        Inside::Waits => {
            let mut is_first = true;
            poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
        }
        Inside::Panics => panic!("polled"),
    }
}

async fn plain(inside: Inside, a: Noisy, b: Noisy) -> Noisy {
    let result = Noisy("result", a.1.clone());
    let _local = Noisy("local", a.1.clone());
    go(inside).await;
    drop(b);
    result
}

#[traceable(skip_all, skip_output)]
async fn traced(inside: Inside, a: Noisy, b: Noisy) -> Noisy {
    let result = Noisy("result", a.1.clone());
    let _local = Noisy("local", a.1.clone());
    go(inside).await;
    drop(b);
    result
}

#[traceable(skip_all, skip_output)]
fn boxed(inside: Inside, a: Noisy, b: Noisy) -> Pin<Box<dyn Future<Output = Noisy> + Send>> {
    Box::pin(plain(inside, a, b))
}

/// What a consumer does, and what it then sees: drops, results, and panics, in their order.
fn seen<F: Future<Output = Noisy>>(
    names: [&'static str; 2],
    polls: usize,
    make: impl FnOnce(Noisy, Noisy) -> F,
) -> Vec<&'static str> {
    let log = Log::default();
    let say = |text| log.lock().unwrap_or_else(|e| e.into_inner()).push(text);
    let [a, b] = names.map(|name| Noisy(name, log.clone()));
    // in an `Option`, so that it is dropped where it is pinned, and seen to be
    let mut future = Box::pin(Some(make(a, b)));
    for _ in 0..polls {
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let future = future.as_mut().as_pin_mut().expect("it is there");
            future.poll(&mut Context::from_waker(Waker::noop()))
        }));
        match polled {
            Ok(Poll::Pending) => say("pending"),
            Ok(Poll::Ready(result)) => {
                say("ready");
                drop(result);
            }
            Err(panic) => {
                say("panicked");
                say(panic.downcast_ref::<&str>().copied().unwrap_or("what?"));
            }
        }
    }
    say("drop");
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| future.set(None))) {
        say("panicked");
        say(panic.downcast_ref::<&str>().copied().unwrap_or("what?"));
    }
    drop(future);
    // nothing is leaked: nobody else holds the log
    let log = Arc::try_unwrap(log).map_err(|log| Arc::strong_count(&log)).expect("all were dropped");
    log.into_inner().unwrap_or_else(|e| e.into_inner())
}

#[test]
fn what_is_in_a_future_is_dropped_once_and_in_order() {
    use Inside::{Panics, Ready, Waits};
    const QUIET: [&str; 2] = ["a", "b"];
    let unit = r#"{} -> null"#;
    let cases = [
        ("completed", Ready, QUIET, 1, Some(unit)),
        ("completed later", Waits, QUIET, 2, Some(unit)),
        ("cancelled before the first poll", Waits, QUIET, 0, None),
        ("cancelled midway", Waits, QUIET, 1, Some("{} -> error: Cancelled")),
        ("panic in poll", Panics, QUIET, 1, Some("{} -> error: panicked: polled")),
        (
            "panic in a drop as it is polled",
            Ready,
            ["a", "panics b"],
            1,
            Some("{} -> error: panicked: dropped"),
        ),
        ("panic in a drop, unpolled", Waits, ["panics a", "b"], 0, None),
        ("panic in a drop, midway", Waits, ["panics a", "b"], 1, Some("{} -> error: Cancelled")),
    ];
    for (case, inside, names, polls, run) in cases {
        let expected = seen(names, polls, |a, b| plain(inside, a, b));
        assert_eq!(seen(names, polls, |a, b| traced(inside, a, b)), expected, "{case}, not traced");
        assert_eq!(seen(names, polls, |a, b| boxed(inside, a, b)), expected, "{case}, boxed, not traced");
        let (found, recorder) = record(|| seen(names, polls, |a, b| traced(inside, a, b)));
        assert_eq!(found, expected, "{case}");
        let lines: Vec<_> = recorder.runs().iter().map(line).collect();
        assert_eq!(lines, run.into_iter().collect::<Vec<_>>(), "{case}");
        let (found, recorder) = record(|| seen(names, polls, |a, b| boxed(inside, a, b)));
        assert_eq!(found, expected, "{case}, boxed");
        assert_eq!(recorder.runs().len(), lines.len(), "{case}, boxed");
    }
}

#[test]
fn a_future_may_be_dropped_while_its_owner_unwinds() {
    fn unwound<F: Future<Output = Noisy>>(make: impl FnOnce(Noisy, Noisy) -> F) -> Vec<&'static str> {
        let log = Log::default();
        let [a, b] = ["a", "b"].map(|name| Noisy(name, log.clone()));
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            let mut future = std::pin::pin!(make(a, b));
            assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            panic!("by its owner");
        }));
        assert!(unwound.is_err());
        Arc::into_inner(log).expect("all were dropped").into_inner().expect("no panic in between")
    }
    let expected = unwound(|a, b| plain(Inside::Waits, a, b));
    let owner = || unwound(|a, b| traced(Inside::Waits, a, b));
    assert_eq!(owner(), expected);
    let (found, recorder) = record(owner);
    assert_eq!(found, expected);
    assert_eq!(line(&recorder.runs()[0]), "{} -> error: Cancelled");
}
