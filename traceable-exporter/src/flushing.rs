//! A flush that a task waits for, instead of a thread.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::Builder;
use std::time::{Duration, Instant};

use crate::inner::Inner;
use crate::stats::FlushReport;

/// What [`Exporter::flush_async`](crate::Exporter::flush_async) returns: ready with the report when everything handed
/// over before that call is delivered or lost, or the time is up.
///
/// It needs no runtime. While it has to wait, a thread of its own does the waiting: neither a runtime's timer nor the
/// exporter's threads, which may be in a request that takes longer, could keep the deadline. Dropped, it ends that thread;
/// what is on its way stays on its way.
#[must_use = "a future does nothing until it is awaited; the report says whether anything is left, or lost"]
pub struct Flush {
    begun: Instant,
    /// One for each exporter.
    parts: Vec<One>,
}

/// The flush of one exporter.
struct One {
    inner: Arc<Inner>,
    ticket: u64,
    begun: Instant,
    timeout: Duration,
    waiting: Option<Arc<Waiting>>,
    report: Option<FlushReport>,
}

/// What the future and its thread share.
#[derive(Default)]
struct Waiting {
    unwanted: AtomicBool,
    outcome: Mutex<Outcome>,
}

#[derive(Default)]
struct Outcome {
    report: Option<FlushReport>,
    waker: Option<Waker>,
}

impl Waiting {
    fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flush {
    /// Begins now, not when it is polled.
    pub(crate) fn new(inner: Arc<Inner>, timeout: Duration) -> Flush {
        let one = One::new(inner, timeout);
        Flush { begun: one.begun, parts: vec![one] }
    }

    /// All of these, which have begun.
    pub(crate) fn of(all: Vec<Flush>) -> Flush {
        let begun = all.first().map_or_else(Instant::now, |first| first.begun);
        Flush { begun, parts: all.into_iter().flat_map(|flush| flush.parts).collect() }
    }
}

impl One {
    fn new(inner: Arc<Inner>, timeout: Duration) -> One {
        let begun = Instant::now();
        let (ticket, report) = inner.queue.begin_flush(begun);
        One { inner, ticket, begun, timeout, waiting: None, report }
    }

    /// Starts the thread that waits. If the system refuses, the report says what is left now.
    fn start(&mut self, waker: Waker) {
        let waiting = Arc::new(Waiting::default());
        waiting.outcome().waker = Some(waker);
        let (inner, own) = (self.inner.clone(), waiting.clone());
        let (ticket, begun, timeout) = (self.ticket, self.begun, self.timeout);
        let wait = move || {
            let report = inner.queue.end_flush(ticket, begun, timeout, &own.unwanted);
            let waker = {
                let mut outcome = own.outcome();
                outcome.report = Some(report);
                outcome.waker.take()
            };
            // a waker is the code of somebody else
            let _ = catch_unwind(AssertUnwindSafe(|| waker.map(Waker::wake)));
        };
        match Builder::new().name("traceable-flush".to_owned()).spawn(wait) {
            Ok(_) => self.waiting = Some(waiting),
            Err(_) => self.report = Some(self.report_now()),
        }
    }

    fn report_now(&self) -> FlushReport {
        self.inner.queue.end_flush(self.ticket, self.begun, Duration::ZERO, &AtomicBool::new(false))
    }
}

impl One {
    fn poll(&mut self, waker: &Waker) -> Option<FlushReport> {
        if self.report.is_none() {
            match self.waiting.clone() {
                None => self.start(waker.clone()),
                Some(waiting) => {
                    let mut outcome = waiting.outcome();
                    match outcome.report {
                        Some(report) => self.report = Some(report),
                        None => outcome.waker = Some(waker.clone()),
                    }
                }
            }
        }
        self.report
    }
}

impl Future for Flush {
    type Output = FlushReport;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<FlushReport> {
        // each of them is polled, so that all begin to wait
        let reports: Vec<_> = self.parts.iter_mut().map(|part| part.poll(context.waker())).collect();
        let Some(reports) = reports.into_iter().collect::<Option<Vec<_>>>() else { return Poll::Pending };
        let report = reports.into_iter().reduce(FlushReport::plus).unwrap_or_default();
        // of a single one, how long it took; of several, how long the last of them did
        Poll::Ready(match self.parts.len() {
            1 => report,
            _ => FlushReport { elapsed: self.begun.elapsed(), ..report },
        })
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting
            && self.report.is_none()
        {
            self.inner.queue.leave_flush(&waiting.unwanted);
        }
    }
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reports = self.parts.iter().map(|part| part.report);
        f.debug_struct("Flush").field("reports", &reports.collect::<Vec<_>>()).finish()
    }
}
