//! An asynchronous flush.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::flush_thread::{FlushThread, StartedFlush, WaitingFlush};
use crate::accounting::FlushReport;

/// The future of [`Exporter::flush_async`](crate::Exporter::flush_async). It completes when every operation submitted
/// before that call is delivered or dropped, or the time is up.
///
/// It needs no async runtime: one thread per exporter watches the deadlines of all its flushes. Dropping the future
/// cancels no request.
// a runtime's timer may not exist, and the exporter's other threads may be in a request that takes longer
#[must_use = "a future does nothing until it is awaited; the report says whether anything is left, or dropped"]
pub struct Flush {
    started: Instant,
    /// One for each exporter.
    parts: Vec<ExporterFlush>,
}

/// The flush of one exporter.
struct ExporterFlush {
    thread: Arc<FlushThread>,
    started: StartedFlush,
    waiting: Option<Arc<WaitingFlush>>,
    report: Option<FlushReport>,
}

impl Flush {
    /// Starts now, not when it is polled.
    pub(super) fn new(thread: Arc<FlushThread>, timeout: Duration) -> Flush {
        let (started, report) = thread.start_flush(timeout);
        let flush = ExporterFlush { thread, started, waiting: None, report };
        Flush { started: started.at, parts: vec![flush] }
    }

    /// All of these, which have started.
    pub(super) fn of(all: Vec<Flush>) -> Flush {
        let started = all.first().map_or_else(Instant::now, |first| first.started);
        Flush { started, parts: all.into_iter().flat_map(|flush| flush.parts).collect() }
    }
}

impl ExporterFlush {
    fn poll(&mut self, waker: &Waker) -> Option<FlushReport> {
        if self.report.is_none() {
            match &self.waiting {
                Some(waiting) => self.report = waiting.poll(waker),
                None => {
                    self.waiting = self.thread.wait(self.started, waker.clone());
                    if self.waiting.is_none() {
                        // without a thread the report says what is left now
                        self.report = Some(self.started.report(self.thread.queue()));
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
        // all of them are polled, so that all begin to wait
        let reports: Vec<_> = self.parts.iter_mut().map(|part| part.poll(context.waker())).collect();
        let Some(reports) = reports.into_iter().collect::<Option<Vec<_>>>() else { return Poll::Pending };
        let report = reports.into_iter().reduce(FlushReport::plus).unwrap_or_default();
        // of several, how long the last of them took
        Poll::Ready(match self.parts.len() {
            1 => report,
            _ => FlushReport { elapsed: self.started.elapsed(), ..report },
        })
    }
}

impl Drop for ExporterFlush {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting
            && self.report.is_none()
        {
            self.thread.cancel(waiting);
        }
    }
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reports = self.parts.iter().map(|part| part.report);
        f.debug_struct("Flush").field("reports", &reports.collect::<Vec<_>>()).finish()
    }
}
