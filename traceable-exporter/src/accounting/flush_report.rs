//! The result of a flush or a shutdown.

use std::fmt;
use std::time::Duration;

use super::drop_reason::Dropped;

/// The result of a flush or a shutdown.
///
/// Totals count from the exporter's start, so that a drop between two flushes is not missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the report says whether anything is left, or dropped"]
pub struct FlushReport {
    /// Operations that were submitted before the flush, or that an earlier process left in the [`Spool`](crate::Spool), and
    /// still wait or are in flight.
    pub remaining: u64,
    /// Whether the exporter was still reading what earlier processes left in the [`Spool`](crate::Spool): how much that is
    /// is not known yet, and not part of `remaining`.
    pub is_recovering: bool,
    /// The part of `remaining` that is on disk: if the process ends now, the next one sends them.
    pub on_disk: u64,
    /// Operations that are quarantined on disk, see [`Stats::quarantined`](crate::Stats::quarantined). They are not
    /// dropped.
    pub quarantined: u64,
    /// Operations that a shutdown left on disk for the next exporter. They are not dropped either.
    pub left_on_disk: u64,
    /// Operations delivered since the exporter's start, those of earlier processes included.
    pub delivered: u64,
    /// Operations dropped since the exporter's start, those of earlier processes included.
    pub dropped: Dropped,
    /// How often parts of a run were left out since the exporter's start, see [`Stats::trimmed`](crate::Stats::trimmed).
    /// The rest of the run is not dropped.
    pub trimmed: u64,
    /// How long the flush took.
    pub elapsed: Duration,
}

impl FlushReport {
    /// Adds the reports of two exporters that were flushed at the same time.
    pub(crate) fn plus(self, other: FlushReport) -> FlushReport {
        FlushReport {
            remaining: self.remaining + other.remaining,
            is_recovering: self.is_recovering || other.is_recovering,
            on_disk: self.on_disk + other.on_disk,
            quarantined: self.quarantined + other.quarantined,
            left_on_disk: self.left_on_disk + other.left_on_disk,
            delivered: self.delivered + other.delivered,
            dropped: self.dropped.plus(other.dropped),
            trimmed: self.trimmed + other.trimmed,
            elapsed: self.elapsed.max(other.elapsed),
        }
    }

    /// Whether nothing that was submitted before the flush, or that an earlier process left, still waits. Quarantined
    /// operations, and those left on disk, do not count as waiting.
    pub fn is_complete(&self) -> bool {
        self.remaining == 0 && !self.is_recovering
    }

    /// Whether every operation ever submitted before the flush is delivered, be it trimmed. Those on disk are not
    /// delivered yet.
    pub fn is_lossless(&self) -> bool {
        self.is_complete() && self.quarantined + self.left_on_disk == 0 && self.dropped.total() == 0
    }
}

/// `12 run operations delivered, 3 dropped (2 queue full, 1 rejected), 1 left after 5000 ms`
impl fmt::Display for FlushReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run operations delivered, ", self.delivered)?;
        match self.dropped.total() {
            0 => f.write_str("none dropped, ")?,
            dropped => write!(f, "{dropped} dropped ({}), ", self.dropped)?,
        }
        if self.trimmed > 0 {
            write!(f, "{} trimmed, ", self.trimmed)?;
        }
        match self.remaining {
            0 => f.write_str("none")?,
            left => left.fmt(f)?,
        }
        write!(f, " left after {} ms", self.elapsed.as_millis())?;
        match self.on_disk + self.quarantined + self.left_on_disk {
            0 => {}
            on_disk => write!(f, ", {on_disk} on disk")?,
        }
        if self.is_recovering { f.write_str(", and the spool is still being read") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounting::DropReason;

    #[test]
    fn a_report_is_one_line_for_people() {
        let mut report =
            FlushReport { delivered: 12, elapsed: Duration::from_micros(5_100), ..FlushReport::default() };
        assert_eq!(report.to_string(), "12 run operations delivered, none dropped, none left after 5 ms");
        report.remaining = 1;
        report.dropped.add(DropReason::QueueFull, 2);
        report.dropped.add(DropReason::Rejected, 1);
        let expected = "12 run operations delivered, 3 dropped (2 queue full, 1 rejected), 1 left after 5 ms";
        assert_eq!(report.to_string(), expected);
        report.is_recovering = true;
        assert_eq!(report.to_string(), format!("{expected}, and the spool is still being read"));
        (report.is_recovering, report.trimmed) = (false, 4);
        let expected =
            "12 run operations delivered, 3 dropped (2 queue full, 1 rejected), 4 trimmed, 1 left after 5 ms";
        assert_eq!(report.to_string(), expected);
    }
}
