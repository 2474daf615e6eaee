//! Atomic counters, beside those that the queue keeps under its lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::stats::Stats;

/// Counters of requests, and of what was cut, left out or redacted.
#[derive(Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    failed_requests: AtomicU64,
    bytes_sent: AtomicU64,
    names_cut: AtomicU64,
    attachments_left_out: AtomicU64,
    redactions_failed: AtomicU64,
    worker_restarts: AtomicU64,
}

impl Counters {
    pub(crate) fn count_request(&self, bytes: usize, success: bool) {
        self.requests.fetch_add(1, Relaxed);
        self.bytes_sent.fetch_add(bytes as u64, Relaxed);
        if !success {
            self.failed_requests.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn count_wire_losses(&self, names_cut: u64, attachments_left_out: u64) {
        self.names_cut.fetch_add(names_cut, Relaxed);
        self.attachments_left_out.fetch_add(attachments_left_out, Relaxed);
    }

    pub(crate) fn count_failed_redactions(&self, parts: u64) {
        if parts > 0 {
            self.redactions_failed.fetch_add(parts, Relaxed);
        }
    }

    pub(crate) fn count_restart(&self) {
        self.worker_restarts.fetch_add(1, Relaxed);
    }

    /// Writes the counters into `stats`.
    pub(crate) fn fill(&self, stats: &mut Stats) {
        stats.requests = self.requests.load(Relaxed);
        stats.failed_requests = self.failed_requests.load(Relaxed);
        stats.bytes_sent = self.bytes_sent.load(Relaxed);
        stats.names_cut = self.names_cut.load(Relaxed);
        stats.attachments_left_out = self.attachments_left_out.load(Relaxed);
        stats.redactions_failed = self.redactions_failed.load(Relaxed);
        stats.worker_restarts = self.worker_restarts.load(Relaxed);
    }
}
