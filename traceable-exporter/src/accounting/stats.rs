//! The counters of an exporter.

use super::drop_reason::Dropped;

/// Counters since the exporter was made. An *operation* is a run's start (post) or its end or change (patch), so a
/// run is usually two.
///
/// At every moment `submitted + recovered == delivered + dropped.total() + queued + quarantined + left_on_disk`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Operations handed over.
    pub submitted: u64,
    /// Operations that a former process left on disk, see [`Spool`](crate::Spool).
    pub recovered: u64,
    /// Operations the server has confirmed.
    pub delivered: u64,
    /// Operations that are lost.
    pub dropped: Dropped,
    /// Operations that wait or are in flight.
    pub queued: u64,
    /// Those of the queued that wait on disk.
    pub on_disk: u64,
    /// Operations that are quarantined on disk: the server fails on them while it takes others. They are tried again now and
    /// then, and no flush waits for them. See [`Spool`](crate::Spool).
    pub quarantined: u64,
    /// Operations that were on disk when the exporter was shut down: the next one sends them.
    pub left_on_disk: u64,
    /// What the queued operations hold in memory, in bytes, as estimated when they were handed over.
    pub queued_bytes: usize,
    /// HTTP requests with runs that were tried, retries included. When the server has closed a kept-alive connection, the
    /// repeat on a new one counts with the first.
    pub requests: u64,
    /// How many of those failed.
    pub failed_requests: u64,
    /// Bytes of the bodies of those requests, compressed where they were.
    pub bytes_sent: u64,
    /// Names that were longer than the server takes and were cut.
    pub names_cut: u64,
    /// Attachments left out because the server has no multipart endpoint.
    pub attachments_left_out: u64,
    /// Runs that were larger than the server takes, and were sent without attachments, outputs or inputs. What is
    /// missing says so, and `trimmed` in their metadata.
    pub trimmed: u64,
    /// Parts of runs that could not be redacted, because a function of the program's panicked or gave back what cannot be
    /// sent. A marker was sent in their place.
    pub redactions_failed: u64,
    /// How often a worker panicked and restarted.
    pub worker_restarts: u64,
}

impl Stats {
    /// Both together.
    pub(crate) fn plus(mut self, other: Stats) -> Stats {
        // all fields by name, so that none is forgotten
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
