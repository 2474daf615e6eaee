//! A flush that a task waits for, instead of a thread.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::flush_waiter::{Begun, Waiter, Waiting};
use crate::inner::Inner;
use crate::stats::FlushReport;

/// What [`Exporter::flush_async`](crate::Exporter::flush_async) returns: ready with the report when everything handed
/// over before that call is delivered or lost, or the time is up.
///
/// It needs no runtime. While it has to wait, a thread does the waiting, one for all such flushes of an exporter: neither a
/// runtime's timer nor the exporter's other threads, which may be in a request that takes longer, could keep the deadline.
/// It may be dropped: what is on its way stays on its way, and without others the thread ends.
#[must_use = "a future does nothing until it is awaited; the report says whether anything is left, or lost"]
pub struct Flush {
    begun: Instant,
    /// One for each exporter.
    parts: Vec<One>,
}

/// The flush of one exporter.
struct One {
    inner: Arc<Inner>,
    begun: Begun,
    waiting: Option<Arc<Waiting>>,
    report: Option<FlushReport>,
}

impl Flush {
    /// Begins now, not when it is polled.
    pub(crate) fn new(inner: Arc<Inner>, timeout: Duration) -> Flush {
        let one = One::new(inner, timeout);
        Flush { begun: one.begun.at, parts: vec![one] }
    }

    /// All of these, which have begun.
    pub(crate) fn of(all: Vec<Flush>) -> Flush {
        let begun = all.first().map_or_else(Instant::now, |first| first.begun);
        Flush { begun, parts: all.into_iter().flat_map(|flush| flush.parts).collect() }
    }
}

impl One {
    fn new(inner: Arc<Inner>, timeout: Duration) -> One {
        let at = Instant::now();
        let (ticket, report) = inner.queue.begin_flush(at);
        One { inner, begun: Begun { ticket, at, timeout }, waiting: None, report }
    }

    fn poll(&mut self, waker: &Waker) -> Option<FlushReport> {
        if self.report.is_none() {
            match &self.waiting {
                Some(waiting) => self.report = waiting.poll(waker),
                None => {
                    self.waiting = Waiter::wait(&self.inner, self.begun, waker.clone());
                    if self.waiting.is_none() {
                        // without a thread the report says what is left now
                        self.report = Some(self.begun.report(&self.inner.queue));
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
            self.inner.waiter.leave(&self.inner.queue, waiting);
        }
    }
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reports = self.parts.iter().map(|part| part.report);
        f.debug_struct("Flush").field("reports", &reports.collect::<Vec<_>>()).finish()
    }
}
