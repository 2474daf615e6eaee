//! The exporter.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use traceable_core::{RunOperation, RunSink, TopRun};

use super::flush::Flush;
use super::flush_thread::FlushThread;
use super::start::start;
use crate::accounting::{DropReason, FlushReport, Stats, WarningKind};
use crate::config::Config;
use crate::delivery::Shared;

/// Sends runs to one server.
///
/// It has one worker thread, two when there is much to do, and up to eight when the server is
/// [slow](crate::ConfigBuilder::max_concurrent_requests). With a [spool](crate::Spool) one thread writes, one sends, and one
/// syncs.
///
/// Submitting an operation takes a lock that is never held for long, and never waits for a request: a server that is slow,
/// unhealthy or gone slows nothing down. The queue is bounded in bytes. When it is full, the newest runs are dropped, and
/// [`stats`](Self::stats) says how many and why; what follows of a run whose start was accepted is always accepted, if need be
/// without its outputs. Before that, while over a quarter of the queue is used and the server keeps up,
/// [backpressure](crate::ConfigBuilder::backpressure) throttles producers.
///
/// Dropping the exporter does not wait. Its threads still send what is queued, as long as the process lives. Call
/// [`flush`](Self::flush) or [`shutdown`](Self::shutdown) before the program ends.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use traceable_core::RunTree;
/// use traceable_exporter::{Config, Exporter};
///
/// // no server listens there
/// let config = Config::builder().endpoint("http://127.0.0.1:9").on_warning(|_| {}).build()?;
/// let exporter = Arc::new(Exporter::new(config));
/// let run = RunTree::builder("step").sink(exporter.clone()).build();
/// run.post().end().patch();
/// let report = exporter.shutdown(Duration::from_millis(50));
/// assert_eq!(report.dropped.shutdown, exporter.stats().submitted);
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
pub struct Exporter {
    shared: Arc<Shared>,
    flush_thread: Arc<FlushThread>,
}

impl Exporter {
    /// Makes an exporter. Its first thread starts with the first operation.
    ///
    /// It sends to one destination. If the settings name several, it takes the first and warns;
    /// [`Replicas`](crate::Replicas) sends to all.
    pub fn new(config: Config) -> Exporter {
        let destinations = config.replicas.len();
        let config = config.replicas.first().cloned().unwrap_or(config);
        let shared = Arc::new(Shared::new(config));
        if shared.config.spool.is_some() {
            shared.queue.expect_recovery();
        }
        let flush_thread = Arc::new(FlushThread::new(shared.clone()));
        let exporter = Exporter { shared, flush_thread };
        if destinations > 1 {
            exporter.shared.warner.say(&format!(
                "the settings name {destinations} destinations, of which an Exporter sends to the first only: \
                 Replicas sends to all"
            ));
        }
        exporter
    }

    /// The settings it was made with.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Starts sending what a former process left in the [spool](crate::Spool), without waiting for the first run.
    /// [`init`](crate::init) and [`flush`](Self::flush) do that.
    pub fn start(&self) {
        if self.shared.config.spool.is_some() && self.shared.queue.start() {
            start(&self.shared);
        }
    }

    /// Waits until every operation submitted before is delivered or dropped, at most `timeout`. With a
    /// [spool](crate::Spool) it also waits for what earlier processes left there, and for what was taken over since.
    ///
    /// May be called from anywhere and by several threads at once: it waits on a lock and needs no async runtime. It cuts a
    /// pause before a retry short, unless the server asked for that pause.
    pub fn flush(&self, timeout: Duration) -> FlushReport {
        self.start();
        self.shared.queue.flush(timeout)
    }

    /// As [`flush`](Self::flush), for async code. It does not block the thread: other tasks go on, even a server in the
    /// same runtime.
    ///
    /// The flush starts with this call, however late the future is polled. The future may be dropped at any moment. See
    /// [`Flush`].
    ///
    /// ```
    /// # use std::{sync::Arc, time::Duration};
    /// # use traceable_exporter::{Config, Exporter};
    /// async fn handler(exporter: &Exporter) {
    ///     // ... traced calls ...
    ///     let report = exporter.flush_async(Duration::from_secs(2)).await;
    ///     if !report.is_complete() {
    ///         eprintln!("{report}");
    ///     }
    /// }
    /// # let config = Config::builder().endpoint("http://127.0.0.1:9").build()?;
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(handler(&Exporter::new(config)));
    /// # Ok::<(), traceable_exporter::ConfigError>(())
    /// ```
    pub fn flush_async(&self, timeout: Duration) -> Flush {
        self.start();
        Flush::new(self.flush_thread.clone(), timeout)
    }

    /// Accepts no more runs, waits as [`flush`](Self::flush) does, and then drops what is left in memory
    /// ([`Shutdown`](DropReason::Shutdown)). While it waits, the ends of open runs are still accepted. What is in a [spool](crate::Spool) stays there, and counts as [left on
    /// disk](Stats::left_on_disk).
    ///
    /// Requests in flight at the deadline count as dropped, with a spool as left on disk, although they may arrive.
    pub fn shutdown(&self, timeout: Duration) -> FlushReport {
        self.start();
        self.shared.queue.shutdown(timeout)
    }

    /// Counters since the exporter was made.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.shared.queue.fill(&mut stats);
        self.shared.counters.fill(&mut stats);
        stats
    }

    /// Flushes at the end of the process, if anything is left.
    pub(crate) fn flush_at_exit(&self, begun: Instant) {
        if let Some(timeout) = self.shared.queue.time_left_at_exit(self.shared.config.exit_timeout) {
            self.report_losses(&self.flush_at_end(begun, timeout));
        }
    }

    /// Sends what waits, without waiting for it.
    pub(crate) fn send_at_once(&self) {
        let _ = self.shared.queue.begin_flush(Instant::now());
    }

    /// As [`flush`](Self::flush), at the end of the program: it does not wait for an unreachable server if everything left is
    /// safe on disk.
    pub(crate) fn flush_at_end(&self, begun: Instant, timeout: Duration) -> FlushReport {
        self.shared.queue.flush_at_end(begun, timeout)
    }

    /// One line about losses, for the end of the program.
    pub(crate) fn report_losses(&self, report: &FlushReport) {
        let (dropped, left) = (report.dropped, report.remaining);
        // names the destination if there are several
        let place = match self.config().placement.is_replica() {
            true => format!(" for {}", self.config().endpoint()),
            false => String::new(),
        };
        if dropped.total() > 0 {
            let Stats { submitted, recovered, .. } = self.stats();
            // what an earlier process left may be among the dropped
            let all = submitted + recovered;
            self.shared
                .warner
                .say(&format!("{} of {all} run operations{place} dropped: {dropped}", dropped.total()));
        }
        if report.trimmed > 0 {
            self.shared.warner.say(&format!(
                "{} runs{place} sent without some of their parts: larger than the server accepts, or the queue was full",
                report.trimmed
            ));
        }
        let waited = report.elapsed.as_millis();
        if report.is_recovering {
            self.shared.warner.say(&format!(
                "the spool was still being read after {waited} ms of waiting: what an earlier process left{place} is sent \
                 when the program starts again"
            ));
        }
        if left > 0 {
            let later = match report.on_disk {
                0 => String::new(),
                on_disk => format!("; {on_disk} of them are on disk, and sent when the program starts again"),
            };
            let refused = self.config().endpoint.serve_command().filter(|_| self.shared.queue.is_refused());
            let why = refused.map_or_else(String::new, |command| {
                let endpoint = self.config().endpoint();
                format!("; no collector listens at {endpoint}: `{command}` starts one")
            });
            self.shared.warner.say(&format!(
                "{left} run operations{place} not delivered after {waited} ms of waiting{later}{why}"
            ));
        }
    }
}

/// Whether whoever submitted an operation waits for it: it may be the last of its trace in this process. Ask once it is
/// submitted, as the trace may be over only then.
pub(crate) struct LastOfTrace(Option<TopRun>);

impl LastOfTrace {
    pub(crate) fn watch(operation: &RunOperation, config: &Config) -> LastOfTrace {
        let ends_run = config.flush_on_root_end && operation.end_time.is_some();
        LastOfTrace(ends_run.then(|| operation.top_run()))
    }

    /// The topmost run has ended. So this is its end, or that of a run that outlived it, for which no other end will
    /// wait. If it ends just now, its own end is submitted after this operation, and waits for both.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.0.as_ref().is_some_and(TopRun::has_ended)
    }
}

impl Exporter {
    /// Submits an operation that is redacted already. `failed`: how many of its parts could not be.
    pub(crate) fn submit_redacted(&self, operation: RunOperation, failed: u64) {
        self.shared.counters.count_failed_redactions(failed);
        let last = LastOfTrace::watch(&operation, &self.shared.config);
        let promised = self.shared.queue.throttle(&operation);
        let submitted = self.shared.queue.submit(operation, promised);
        if submitted.start_worker {
            start(&self.shared);
        }
        if submitted.is_trimmed {
            self.shared.warner.warn(WarningKind::Trimmed, || {
                let bytes = self.shared.config.max_queue_bytes;
                format!("outputs of runs are left out: the queue is full ({bytes} bytes); is the server slow or unreachable?")
            });
        }
        if submitted.refused == Some(DropReason::QueueFull) {
            self.shared.warner.warn(WarningKind::QueueFull, || {
                let bytes = self.shared.config.max_queue_bytes;
                format!(
                    "runs are dropped: the queue is full ({bytes} bytes); is the server slow or unreachable?"
                )
            });
        }
        if last.is_waited_for() {
            let _ = self.shared.queue.flush(self.shared.config.exit_timeout);
        }
    }
}

impl RunSink for Exporter {
    fn submit(&self, mut operation: RunOperation) {
        // before it waits anywhere
        let failed = self.shared.redaction.as_ref().map_or(0, |redaction| redaction.apply(&mut operation));
        self.submit_redacted(operation, failed);
    }

    fn default_project(&self) -> Option<&str> {
        self.config().placement.project()
    }

    fn default_address(&self) -> Option<&str> {
        self.config().address()
    }

    fn flush(&self, timeout: Duration) -> bool {
        Exporter::flush(self, timeout).is_complete()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").field("config", &self.shared.config).field("stats", &self.stats()).finish()
    }
}
