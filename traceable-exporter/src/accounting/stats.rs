//! The counters of an exporter.

use super::drop_reason::Dropped;

/// Counters since the exporter's start. An *operation* is a run's start (post), or its end or another update (patch),
/// so that a run usually is two.
///
/// It holds at every moment: `submitted + recovered == delivered + dropped.total() + queued + quarantined +
/// left_on_disk`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Operations that the program submitted.
    pub submitted: u64,
    /// Operations that an earlier process left on disk, see [`Spool`](crate::Spool).
    pub recovered: u64,
    /// Operations that the server acknowledged.
    pub delivered: u64,
    /// Operations that were dropped, by reason.
    pub dropped: Dropped,
    /// Operations that wait or are in flight.
    pub queued: u64,
    /// The part of `queued` that waits on disk.
    pub on_disk: u64,
    /// Operations that are quarantined on disk: the server keeps failing on them while it takes others. They are
    /// retried at intervals, and no flush waits for them. See [`Spool`](crate::Spool).
    pub quarantined: u64,
    /// Operations that were on disk when the exporter was shut down. The next exporter sends them.
    pub left_on_disk: u64,
    /// Bytes of the queued operations in memory, with what the runs themselves take.
    pub queued_bytes: usize,
    /// HTTP requests with runs, retries included. If the server closed a kept-alive connection, the repetition on a new
    /// one does not count separately.
    pub requests: u64,
    /// The part of `requests` that failed.
    pub failed_requests: u64,
    /// Bytes of the bodies of those requests, after compression.
    pub bytes_sent: u64,
    /// Names that were cut, because they were longer than the server takes.
    pub names_cut: u64,
    /// Attachments that were left out, because the server has no multipart endpoint.
    pub attachments_left_out: u64,
    /// How often attachments, outputs or inputs were left out of a run, because it is larger than the server takes, or
    /// because it ended while the queue was full. A marker replaces missing outputs, and `trimmed` in the metadata lists the
    /// missing parts.
    pub trimmed: u64,
    /// Parts of runs that could not be redacted, because the program's function panicked or returned what cannot be
    /// sent. A marker was sent instead.
    pub redactions_failed: u64,
    /// How often a worker panicked and was restarted.
    pub worker_restarts: u64,
}

impl Stats {
    /// Adds the counters of two exporters.
    pub(crate) fn plus(mut self, other: Stats) -> Stats {
        // names all fields, so that a new one cannot be forgotten
        let Stats {
            submitted,
            delivered,
            dropped,
            queued,
            queued_bytes,
            requests,
            failed_requests,
            bytes_sent,
            names_cut,
            attachments_left_out,
            trimmed,
            worker_restarts,
            recovered,
            on_disk,
            quarantined,
            left_on_disk,
            redactions_failed,
        } = other;
        self.redactions_failed += redactions_failed;
        self.recovered += recovered;
        self.on_disk += on_disk;
        self.quarantined += quarantined;
        self.left_on_disk += left_on_disk;
        self.submitted += submitted;
        self.delivered += delivered;
        self.dropped = self.dropped.plus(dropped);
        self.queued += queued;
        self.queued_bytes += queued_bytes;
        self.requests += requests;
        self.failed_requests += failed_requests;
        self.bytes_sent += bytes_sent;
        self.names_cut += names_cut;
        self.attachments_left_out += attachments_left_out;
        self.trimmed += trimmed;
        self.worker_restarts += worker_restarts;
        self
    }
}
