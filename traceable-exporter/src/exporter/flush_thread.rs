//! The thread that waits for asynchronous flushes: one for all of an exporter, as long as there are any.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::Builder;
use std::time::{Duration, Instant};

use traceable_core::process::fork_generation;

use crate::accounting::FlushReport;
use crate::delivery::Shared;
use crate::queue::{FlushTicket, Queue};

pub(super) struct FlushThread {
    shared: Arc<Shared>,
    state: Mutex<State>,
    /// Makes the thread look again at what it waits for.
    changed: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The process that the thread is in: after a fork the child has none.
    process: u32,
    has_thread: bool,
    /// In the order of their tickets, in which they complete.
    waiting: Vec<Arc<WaitingFlush>>,
    /// Until when the thread waits.
    next: Option<Instant>,
}

/// A flush that was started.
#[derive(Clone, Copy)]
pub(super) struct StartedFlush {
    pub(super) ticket: FlushTicket,
    pub(super) at: Instant,
    pub(super) timeout: Duration,
}

/// A flush that a task waits for.
pub(super) struct WaitingFlush {
    started: StartedFlush,
    completion: Mutex<Completion>,
}

struct Completion {
    report: Option<FlushReport>,
    waker: Option<Waker>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StartedFlush {
    /// `None`: never.
    fn deadline(&self) -> Option<Instant> {
        self.at.checked_add(self.timeout)
    }

    fn is_over_at(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now)
    }

    /// The report as of now, without waiting.
    pub(super) fn report(&self, queue: &Queue) -> FlushReport {
        queue.end_flush(self.ticket, self.at, Duration::ZERO, &AtomicBool::new(true))
    }
}

impl WaitingFlush {
    /// The report; while there is none, wakes `waker` when there is.
    pub(super) fn poll(&self, waker: &Waker) -> Option<FlushReport> {
        let mut completion = lock(&self.completion);
        if completion.report.is_none() {
            completion.waker = Some(waker.clone());
        }
        completion.report
    }

    fn end(&self, report: FlushReport) {
        let waker = {
            let mut completion = lock(&self.completion);
            completion.report = Some(report);
            completion.waker.take()
        };
        // a waker is the program's code
        let _ = catch_unwind(AssertUnwindSafe(|| waker.map(Waker::wake)));
    }
}

impl FlushThread {
    pub(super) fn new(shared: Arc<Shared>) -> FlushThread {
        FlushThread { shared, state: Mutex::default(), changed: AtomicBool::new(false) }
    }

    /// Starts a flush of the exporter.
    pub(super) fn start_flush(&self, timeout: Duration) -> (StartedFlush, Option<FlushReport>) {
        let at = Instant::now();
        let (ticket, report) = self.shared.queue.begin_flush(at);
        (StartedFlush { ticket, at, timeout }, report)
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        if state.process != fork_generation() {
            // the parent process wakes its own
            std::mem::forget(std::mem::take(&mut *state));
            state.process = fork_generation();
        }
        state
    }

    /// Waits for a flush on behalf of a task. `None`: the system gives no thread for it.
    pub(super) fn wait(self: &Arc<Self>, started: StartedFlush, waker: Waker) -> Option<Arc<WaitingFlush>> {
        let completion = Mutex::new(Completion { report: None, waker: Some(waker) });
        let waiting = Arc::new(WaitingFlush { started, completion });
        let mut state = self.lock();
        if !state.has_thread {
            let own = self.clone();
            let work = move || while own.work() {};
            // it begins when this has let go of the lock
            Builder::new().name("traceable-flush".to_owned()).spawn(work).ok()?;
            state.has_thread = true;
        }
        let at = state.waiting.partition_point(|other| other.started.ticket <= started.ticket);
        state.waiting.insert(at, waiting.clone());
        // a flush that was started earlier may be polled later
        let is_next = at == 0 || is_before(started.deadline(), state.next);
        drop(state);
        if is_next {
            self.shared.queue.cancel_flush(&self.changed);
        }
        Some(waiting)
    }

    /// Nobody waits for this flush any more. The last of them ends the thread.
    pub(super) fn cancel(&self, cancelled: &Arc<WaitingFlush>) {
        let mut state = self.lock();
        state.waiting.retain(|waiting| !Arc::ptr_eq(waiting, cancelled));
        let concerns_thread = state.waiting.is_empty() || cancelled.started.deadline() == state.next;
        drop(state);
        if concerns_thread {
            self.shared.queue.cancel_flush(&self.changed);
        }
    }

    /// Completes the flushes that are over, and waits for the next. Returns whether there is one.
    fn work(&self) -> bool {
        let queue = &self.shared.queue;
        let mut state = self.lock();
        self.changed.store(false, Relaxed);
        let over = state.take_over(queue);
        let first = state.waiting.first().map(|waiting| waiting.started.ticket);
        let next = state
            .waiting
            .iter()
            .map(|waiting| waiting.started)
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
    /// Takes out the flushes that are complete, and those whose time is up.
    fn take_over(&mut self, queue: &Queue) -> Vec<(Arc<WaitingFlush>, FlushReport)> {
        let now = Instant::now();
        let mut is_complete = true;
        let mut over = Vec::new();
        self.waiting.retain(|waiting| {
            let started = waiting.started;
            // behind one that is not complete, none is
            if !is_complete && !started.is_over_at(now) {
                return true;
            }
            let report = started.report(queue);
            is_complete &= report.is_complete();
            let is_over = report.is_complete() || started.is_over_at(now);
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
