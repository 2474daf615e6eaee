//! What the latest answers say about the server: up or down, slow or quick, and whether it accepts the API key.

use std::time::{Duration, Instant};

use super::classify::{ResponseClass, classify};
use super::http_request::Reply;
use super::retry_after::MAX_RETRY_AFTER;

/// After so many rejections of the API key in a row, nothing is sent for [`KEY_PAUSE`].
const MAX_KEY_REJECTIONS: u32 = 3;
/// Then one batch is tried: a key can become valid, or be given rights.
const KEY_PAUSE: Duration = Duration::from_secs(300);
/// A server that takes longer than this for a request, on average, gets concurrent requests.
const SLOW: Duration = Duration::from_millis(20);
/// After so many failures in a row, each request is preceded by a probe.
const MAX_FAILURES: u32 = 3;

#[derive(Default)]
pub(super) struct Health {
    /// How often in a row the API key was rejected.
    key_rejections: u32,
    key_rejected_until: Option<Instant>,
    /// How often in a row there was no answer, or one of an unhealthy server.
    failures: u32,
    /// Whether the last request has to be repeated later.
    is_failing: bool,
    /// Until when the server asked for a pause.
    retry_after_until: Option<Instant>,
    /// How long a request takes: a moving average.
    round_trip: Duration,
}

/// Whether the server is down, or as good as. An overloaded one (429) is not.
pub(crate) fn is_unhealthy(reply: &Reply) -> bool {
    matches!(reply, Reply::NoAnswer(_) | Reply::NoListener(_) | Reply::Answer { status: 408 | 500.., .. })
}

impl Health {
    /// Takes in the answer to a request with runs, and how long it took.
    pub(super) fn observe(&mut self, reply: &Reply, took: Duration) {
        self.failures = if is_unhealthy(reply) { self.failures.saturating_add(1) } else { 0 };
        let class = classify(reply);
        self.is_failing = matches!(class, ResponseClass::Retry(_));
        if let ResponseClass::Retry(Some(asked)) = class {
            let until = Instant::now() + asked.min(MAX_RETRY_AFTER);
            self.retry_after_until = self.retry_after_until.max(Some(until));
        }
        if !self.is_failing {
            self.round_trip = (self.round_trip * 3 + took) / 4;
        }
    }

    /// Whether the next request is to be preceded by a probe.
    pub(super) fn needs_probe(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// The server has answered a probe.
    pub(super) fn passed_probe(&mut self) {
        self.failures = 0;
    }

    /// Whether the server has answered the last request, and was healthy.
    pub(super) fn is_healthy(&self) -> bool {
        self.failures == 0
    }

    /// What is left of the pause that the server asked for.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.retry_after_until?.checked_duration_since(Instant::now())
    }

    /// Whether concurrent requests are worth it: the server is slow, and healthy.
    pub(super) fn allows_concurrency(&self) -> bool {
        !self.is_failing && self.pause().is_none() && self.round_trip >= SLOW
    }

    pub(super) fn note_key(&mut self, accepted: bool) {
        self.key_rejections = if accepted { 0 } else { self.key_rejections.saturating_add(1) };
        let is_enough = self.key_rejections >= MAX_KEY_REJECTIONS;
        self.key_rejected_until = is_enough.then(|| Instant::now() + KEY_PAUSE);
    }

    pub(super) fn is_key_rejected(&self) -> bool {
        self.key_rejected_until.is_some_and(|until| Instant::now() < until)
    }
}
