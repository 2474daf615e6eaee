//! The thread that waits for flushes in the place of tasks: one for all of an exporter, as long as there are any.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::Builder;
use std::time::{Duration, Instant};

use traceable_core::process::this_process;

use crate::inner::Inner;
use crate::queue::Queue;
use crate::stats::FlushReport;

/// An exporter's own.
#[derive(Default)]
pub(crate) struct Waiter {
    state: Mutex<State>,
    /// Lets the thread look again at what it waits for.
    changed: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The process that the thread is in: a copy, made by `fork`, has none.
    process: u32,
    has_thread: bool,
    /// In the order of their tickets, in which they are settled.
    waiting: Vec<Arc<Waiting>>,
    /// Until when the thread waits.
    next: Option<Instant>,
}

/// A flush that has begun.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) ticket: u64,
    pub(crate) at: Instant,
    pub(crate) timeout: Duration,
}

/// One that a task waits for.
pub(crate) struct Waiting {
    begun: Begun,
    outcome: Mutex<Outcome>,
}

struct Outcome {
    report: Option<FlushReport>,
    waker: Option<Waker>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Begun {
    /// `None`: never.
    fn deadline(&self) -> Option<Instant> {
        self.at.checked_add(self.timeout)
    }

    fn is_over_at(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now)
    }

    /// How it stands, without waiting.
    pub(crate) fn report(&self, queue: &Queue) -> FlushReport {
        queue.end_flush(self.ticket, self.at, Duration::ZERO, &AtomicBool::new(true))
    }
}

impl Waiting {
    /// The report, or else who is to be woken when it is there.
    pub(crate) fn poll(&self, waker: &Waker) -> Option<FlushReport> {
        let mut outcome = lock(&self.outcome);
        if outcome.report.is_none() {
            outcome.waker = Some(waker.clone());
        }
        outcome.report
    }

    fn end(&self, report: FlushReport) {
        let waker = {
            let mut outcome = lock(&self.outcome);
            outcome.report = Some(report);
            outcome.waker.take()
        };
        // a waker is the code of somebody else
        let _ = catch_unwind(AssertUnwindSafe(|| waker.map(Waker::wake)));
    }
}

impl Waiter {
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        if state.process != this_process() {
            // those of the original are woken there
            std::mem::forget(std::mem::take(&mut *state));
            state.process = this_process();
        }
        state
    }

    /// Waits in the place of a task. `None`: the system gives no thread for it.
    pub(crate) fn wait(inner: &Arc<Inner>, begun: Begun, waker: Waker) -> Option<Arc<Waiting>> {
        let outcome = Mutex::new(Outcome { report: None, waker: Some(waker) });
        let waiting = Arc::new(Waiting { begun, outcome });
        let mut state = inner.waiter.lock();
        if !state.has_thread {
            let own = inner.clone();
            let work = move || while own.waiter.work(&own.queue) {};
            // it begins when this has let go of the lock
            Builder::new().name("traceable-flush".to_owned()).spawn(work).ok()?;
            state.has_thread = true;
        }
        let at = state.waiting.partition_point(|other| other.begun.ticket <= begun.ticket);
        state.waiting.insert(at, waiting.clone());
        // one that began earlier may be polled later
        let is_next = at == 0 || is_before(begun.deadline(), state.next);
        drop(state);
        if is_next {
            inner.queue.leave_flush(&inner.waiter.changed);
        }
        Some(waiting)
    }

    /// Nobody wants to know any more. Without others, the thread ends.
    pub(crate) fn leave(&self, queue: &Queue, left: &Arc<Waiting>) {
        let mut state = self.lock();
        state.waiting.retain(|waiting| !Arc::ptr_eq(waiting, left));
        let concerns_thread = state.waiting.is_empty() || left.begun.deadline() == state.next;
        drop(state);
        if concerns_thread {
            queue.leave_flush(&self.changed);
        }
    }

    /// Ends the flushes that are over, and waits for the next. Whether there is one.
    fn work(&self, queue: &Queue) -> bool {
        let mut state = self.lock();
        self.changed.store(false, Relaxed);
        let over = state.take_over(queue);
        let first = state.waiting.first().map(|waiting| waiting.begun.ticket);
        let next = state
            .waiting
            .iter()
            .map(|waiting| waiting.begun)
            .reduce(|one, other| if is_before(other.deadline(), one.deadline()) { other } else { one });
        state.next = next.and_then(|next| next.deadline());
        state.has_thread = next.is_some();
        drop(state);
        over.iter().for_each(|(waiting, report)| waiting.end(*report));
        let (Some(first), Some(next)) = (first, next) else { return false };
        let _ = queue.end_flush(first, next.at, next.timeout, &self.changed);
        true
    }
}

impl State {
    /// Takes out what is settled, and those whose time is up.
    fn take_over(&mut self, queue: &Queue) -> Vec<(Arc<Waiting>, FlushReport)> {
        let now = Instant::now();
        let mut is_settled = true;
        let mut over = Vec::new();
        self.waiting.retain(|waiting| {
            let begun = waiting.begun;
            // behind one that is not settled, none is
            if !is_settled && !begun.is_over_at(now) {
                return true;
            }
            let report = begun.report(queue);
            is_settled &= report.is_complete();
            let is_over = report.is_complete() || begun.is_over_at(now);
            if is_over {
                over.push((waiting.clone(), report));
            }
            !is_over
        });
        over
    }
}

/// Of two deadlines, of which none is later than any.
fn is_before(one: Option<Instant>, other: Option<Instant>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (one, None) => one.is_some(),
        (None, Some(_)) => false,
    }
}
