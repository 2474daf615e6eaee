//! Several destinations at once, each with an exporter of its own.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use traceable_core::{RunOperation, RunSink};

use super::flush::Flush;
use super::handle::{Exporter, LastOfTrace};
use crate::accounting::{FlushReport, Stats};
use crate::config::Config;
use crate::redact::Redaction;

/// Sends all runs to several destinations: one [`Exporter`] for each [replica](Config::replicas) of the settings, or a
/// single one if they have none. [`init`](crate::init) makes one for the process; one that the program makes is a sink
/// like any other, for a part of a program (`Extra::sink`, `TracingContext::sink`).
///
/// Each exporter has a queue, threads, connections and credentials of its own: a destination that is slow or rejects
/// runs does not delay the others. Inputs and outputs are shared in memory, and [redacted](crate::Redaction) once for
/// all.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use traceable_core::{RunTree, TracingContext};
/// use traceable_exporter::{Config, Replica, Replicas};
///
/// // no server listens there
/// let config = Config::builder()
///     .endpoint("http://127.0.0.1:9")
///     .replica(Replica::new().primary())
///     .replica(Replica::new().project("copy"))
///     .on_warning(|_| {})
///     .build()?;
/// let replicas = Arc::new(Replicas::new(config));
/// TracingContext::new().sink(replicas.clone()).scope(|| {
///     RunTree::builder("step").build().post().end().patch();
/// });
/// let report = replicas.shutdown(Duration::from_millis(50));
/// // an operation counts once for each destination
/// assert_eq!((replicas.stats().submitted, report.dropped.shutdown), (4, 4));
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
pub struct Replicas {
    config: Config,
    /// `None`: all may be sent.
    redaction: Option<Redaction>,
    exporters: Vec<Arc<Exporter>>,
}

impl Replicas {
    /// Makes the exporters. Their threads start with the first operation.
    pub fn new(config: Config) -> Replicas {
        // the end of a root flushes all of them at once, not one after the other
        let exporter =
            |config: &Config| Arc::new(Exporter::new(Config { flush_on_root_end: false, ..config.clone() }));
        let exporters = match config.replicas() {
            [] => vec![Arc::new(Exporter::new(config.clone()))],
            replicas => replicas.iter().map(exporter).collect(),
        };
        let redaction = (!config.redaction.is_nothing()).then(|| config.redaction.clone());
        Replicas { config, redaction, exporters }
    }

    /// The settings it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The exporters, in the order of the replicas: each has the counters of its own destination.
    pub fn exporters(&self) -> &[Arc<Exporter>] {
        &self.exporters
    }

    /// Starts sending what a former process left on disk, see [`Exporter::start`].
    pub fn start(&self) {
        self.exporters.iter().for_each(|exporter| exporter.start());
    }

    /// Waits until every operation submitted before is delivered or dropped at all destinations, at most `timeout`. The
    /// report is the sum of theirs.
    pub fn flush(&self, timeout: Duration) -> FlushReport {
        let begun = Instant::now();
        let report = sum(self.each(timeout, Exporter::flush));
        FlushReport { elapsed: begun.elapsed(), ..report }
    }

    /// As [`flush`](Self::flush), for async code: see [`Exporter::flush_async`].
    pub fn flush_async(&self, timeout: Duration) -> Flush {
        Flush::of(self.exporters.iter().map(|exporter| exporter.flush_async(timeout)).collect())
    }

    /// Flushes at the end of the process, if anything is left.
    pub(crate) fn flush_at_exit(&self) {
        let begun = Instant::now();
        self.send_at_once();
        for exporter in &self.exporters {
            exporter.flush_at_exit(begun);
        }
    }

    /// Accepts no more operations, waits as [`flush`](Self::flush) does, and then drops what is left in memory; what is
    /// in a spool stays there, see [`Exporter::shutdown`].
    pub fn shutdown(&self, timeout: Duration) -> FlushReport {
        let begun = Instant::now();
        let report = sum(self.each(timeout, Exporter::shutdown));
        FlushReport { elapsed: begun.elapsed(), ..report }
    }

    /// Counters of all exporters together: an operation counts once for each destination.
    pub fn stats(&self) -> Stats {
        self.exporters.iter().fold(Stats::default(), |sum, exporter| sum.plus(exporter.stats()))
    }

    /// Flushes at the end of the program, with a report for each destination.
    pub(crate) fn flush_each_at_end(&self, timeout: Duration) -> Vec<FlushReport> {
        let begun = Instant::now();
        self.send_at_once();
        self.exporters.iter().map(|exporter| exporter.flush_at_end(begun, timeout)).collect()
    }

    /// Lets all of them send at the same time, before one after the other is waited for.
    fn send_at_once(&self) {
        self.exporters.iter().skip(1).for_each(|exporter| exporter.send_at_once());
    }

    /// One line about losses for each destination that has some.
    pub(crate) fn report_losses(&self, reports: &[FlushReport]) {
        for (exporter, report) in self.exporters.iter().zip(reports) {
            exporter.report_losses(report);
        }
    }

    /// Waits for each of them, the rest of the time.
    fn each(&self, timeout: Duration, wait: fn(&Exporter, Duration) -> FlushReport) -> Vec<FlushReport> {
        let begun = Instant::now();
        self.start();
        self.send_at_once();
        self.exporters
            .iter()
            .map(|exporter| wait(exporter, timeout.saturating_sub(begun.elapsed())))
            .collect()
    }

    /// The sink for the process. A single destination costs nothing extra.
    pub(crate) fn sink(self: &Arc<Self>) -> Arc<dyn RunSink> {
        match &self.exporters[..] {
            [only] => only.clone(),
            _ => self.clone(),
        }
    }
}

fn sum(reports: Vec<FlushReport>) -> FlushReport {
    reports.into_iter().reduce(FlushReport::plus).unwrap_or_default()
}

impl RunSink for Replicas {
    fn submit(&self, mut operation: RunOperation) {
        let Some((last, others)) = self.exporters.split_last() else { return };
        let last_of_trace = LastOfTrace::watch(&operation, &self.config);
        // once for all: the functions of a redaction are the program's, on its own thread
        let failed = self.redaction.as_ref().map_or(0, |redaction| redaction.apply(&mut operation));
        for exporter in others {
            exporter.submit_redacted(operation.clone(), failed);
        }
        last.submit_redacted(operation, failed);
        if last_of_trace.is_waited_for() && !others.is_empty() {
            let _ = Replicas::flush(self, self.config.exit_timeout);
        }
    }

    fn default_project(&self) -> Option<&str> {
        self.exporters.first()?.default_project()
    }

    fn default_address(&self) -> Option<&str> {
        self.exporters.first()?.default_address()
    }

    fn flush(&self, timeout: Duration) -> bool {
        Replicas::flush(self, timeout).is_complete()
    }
}

impl fmt::Debug for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.exporters).finish()
    }
}
