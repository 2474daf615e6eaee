//! What became of the operations that were handed over.

use std::fmt;
use std::time::Duration;

/// Why operations were not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The queue held as many bytes as it may: the newest runs are dropped, whole.
    QueueFull,
    /// A run by itself is larger than the server takes, even without its attachments, outputs and inputs.
    TooLarge,
    /// The server does not want it (a 4xx or 3xx answer other than those below).
    Rejected,
    /// The server does not accept the API key (401, 403).
    Unauthorized,
    /// The server could not be reached, or was unwell, until the time for retries was used up.
    RetriesExhausted,
    /// The exporter was shut down before, or its deadline came first.
    Shutdown,
    /// They waited on disk for longer than they may ([`Spool::max_age`](crate::Spool::max_age)).
    Expired,
    /// What was written to disk cannot be read again.
    Unreadable,
    /// The exporter's thread failed while it held them: a fault of this crate.
    Internal,
}

/// Operations that were not delivered, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// See [`DropReason::QueueFull`].
    pub queue_full: u64,
    /// See [`DropReason::TooLarge`].
    pub too_large: u64,
    /// See [`DropReason::Rejected`].
    pub rejected: u64,
    /// See [`DropReason::Unauthorized`].
    pub unauthorized: u64,
    /// See [`DropReason::RetriesExhausted`].
    pub retries_exhausted: u64,
    /// See [`DropReason::Shutdown`].
    pub shutdown: u64,
    /// See [`DropReason::Expired`].
    pub expired: u64,
    /// See [`DropReason::Unreadable`].
    pub unreadable: u64,
    /// See [`DropReason::Internal`].
    pub internal: u64,
}

impl Dropped {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.by_reason().iter().map(|(_, n)| n).sum()
    }

    /// Each reason with its number.
    pub fn by_reason(&self) -> [(DropReason, u64); 9] {
        [
            (DropReason::QueueFull, self.queue_full),
            (DropReason::TooLarge, self.too_large),
            (DropReason::Rejected, self.rejected),
            (DropReason::Unauthorized, self.unauthorized),
            (DropReason::RetriesExhausted, self.retries_exhausted),
            (DropReason::Shutdown, self.shutdown),
            (DropReason::Expired, self.expired),
            (DropReason::Unreadable, self.unreadable),
            (DropReason::Internal, self.internal),
        ]
    }

    /// Both together.
    pub(crate) fn plus(mut self, other: Dropped) -> Dropped {
        for (reason, operations) in other.by_reason() {
            self.add(reason, operations);
        }
        self
    }

    pub(crate) fn add(&mut self, reason: DropReason, operations: u64) {
        *match reason {
            DropReason::QueueFull => &mut self.queue_full,
            DropReason::TooLarge => &mut self.too_large,
            DropReason::Rejected => &mut self.rejected,
            DropReason::Unauthorized => &mut self.unauthorized,
            DropReason::RetriesExhausted => &mut self.retries_exhausted,
            DropReason::Shutdown => &mut self.shutdown,
            DropReason::Expired => &mut self.expired,
            DropReason::Unreadable => &mut self.unreadable,
            DropReason::Internal => &mut self.internal,
        } += operations;
    }
}

/// `3 queue full, 1 rejected`
impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (reason, n) in self.by_reason().into_iter().filter(|(_, n)| *n > 0) {
            write!(f, "{}{n} {reason}", if first { "" } else { ", " })?;
            first = false;
        }
        if first { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DropReason::QueueFull => "queue full",
            DropReason::TooLarge => "too large",
            DropReason::Rejected => "rejected",
            DropReason::Unauthorized => "unauthorized",
            DropReason::RetriesExhausted => "retries exhausted",
            DropReason::Shutdown => "shut down",
            DropReason::Expired => "expired",
            DropReason::Unreadable => "unreadable",
            DropReason::Internal => "internal fault",
        })
    }
}

/// Counters since the exporter was made. An *operation* is a run's start (post) or its end or change (patch), so a
/// run is usually two.
///
/// At every moment `submitted + resumed == delivered + dropped.total() + queued + kept`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Operations handed over.
    pub submitted: u64,
    /// Operations that a former process has left on disk, see [`Spool`](crate::Spool).
    pub resumed: u64,
    /// Operations the server has confirmed.
    pub delivered: u64,
    /// Operations that are lost.
    pub dropped: Dropped,
    /// Operations that wait or are on their way.
    pub queued: u64,
    /// Those of them that wait on disk.
    pub on_disk: u64,
    /// Operations that stay on disk and that nobody waits for: those that the server fails on while it takes others, which
    /// are tried again now and then, see [`Spool`](crate::Spool), and those that were there when the exporter was shut
    /// down, for the next one.
    pub kept: u64,
    /// What those hold in memory, in bytes, as estimated when they were handed over.
    pub queued_bytes: usize,
    /// HTTP requests with runs that were tried, repeats included. Where the server has closed a kept connection, the
    /// repeat on a new one counts with the first; where it seems to be down, a small question that it does not answer
    /// counts for the request that is put off.
    pub requests: u64,
    /// How many of those had no success.
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
    /// How often the exporter's thread failed and began again.
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
            resumed,
            on_disk,
            kept,
            redactions_failed,
        } = other;
        self.redactions_failed += redactions_failed;
        self.resumed += resumed;
        self.on_disk += on_disk;
        self.kept += kept;
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

/// What a flush has come to.
///
/// The totals count from the making of the exporter, so that no loss between two flushes goes unseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the report says whether anything is left, or lost"]
pub struct FlushReport {
    /// Operations that were handed over before the flush and still wait or are on their way.
    pub remaining: u64,
    /// Those of them that are on disk: should the process end now, the next one sends them.
    pub on_disk: u64,
    /// Operations that stay on disk, because the server fails on them while it takes others, or because the exporter was
    /// shut down. They are not lost either.
    pub kept: u64,
    /// Operations delivered since the exporter was made.
    pub delivered: u64,
    /// Operations lost since the exporter was made.
    pub dropped: Dropped,
    /// How long the flush took.
    pub elapsed: Duration,
}

impl FlushReport {
    /// Both together, of two that were waited for at the same time.
    pub(crate) fn plus(self, other: FlushReport) -> FlushReport {
        FlushReport {
            remaining: self.remaining + other.remaining,
            on_disk: self.on_disk + other.on_disk,
            kept: self.kept + other.kept,
            delivered: self.delivered + other.delivered,
            dropped: self.dropped.plus(other.dropped),
            elapsed: self.elapsed.max(other.elapsed),
        }
    }

    /// Whether nothing that was handed over before the flush waits any more. What is [kept](Self::kept) does not count.
    pub fn is_complete(&self) -> bool {
        self.remaining == 0
    }

    /// Whether everything ever handed over before the flush has been delivered. What is on disk has not, yet.
    pub fn is_lossless(&self) -> bool {
        self.remaining == 0 && self.kept == 0 && self.dropped.total() == 0
    }
}

/// `12 run operations delivered, 3 dropped (2 queue full, 1 rejected), 1 left after 5000 ms`
impl fmt::Display for FlushReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run operations delivered, ", self.delivered)?;
        match self.dropped.total() {
            0 => f.write_str("none dropped, ")?,
            lost => write!(f, "{lost} dropped ({}), ", self.dropped)?,
        }
        match self.remaining {
            0 => f.write_str("none")?,
            left => left.fmt(f)?,
        }
        write!(f, " left after {} ms", self.elapsed.as_millis())?;
        match self.on_disk + self.kept {
            0 => Ok(()),
            on_disk => write!(f, ", {on_disk} on disk"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_for_people() {
        let mut report = FlushReport {
            remaining: 0,
            on_disk: 0,
            kept: 0,
            delivered: 12,
            dropped: Dropped::default(),
            elapsed: Duration::from_micros(5_100),
        };
        assert_eq!(report.to_string(), "12 run operations delivered, none dropped, none left after 5 ms");
        report.remaining = 1;
        report.dropped.add(DropReason::QueueFull, 2);
        report.dropped.add(DropReason::Rejected, 1);
        let expected = "12 run operations delivered, 3 dropped (2 queue full, 1 rejected), 1 left after 5 ms";
        assert_eq!(report.to_string(), expected);
    }
}
