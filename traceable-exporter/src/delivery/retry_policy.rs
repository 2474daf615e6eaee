//! How long a body is retried.

use std::time::{Duration, Instant};

/// How long a body is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryPolicy {
    /// While the server is unreachable or unhealthy, for the
    /// [retry timeout](crate::ConfigBuilder::retry_timeout).
    UntilTimeout,
    /// Whatever the server answers, unless it rejects runs, until the body expires: it takes no memory. `None`: it never
    /// expires.
    UntilExpired(Option<Instant>),
}

impl RetryPolicy {
    /// Until when a body is retried that is tried first now; `None`: for ever.
    pub(super) fn give_up_at(self, retry_timeout: Duration) -> Option<Instant> {
        match self {
            // a timeout beyond what a clock can count has no end
            RetryPolicy::UntilTimeout => Instant::now().checked_add(retry_timeout),
            RetryPolicy::UntilExpired(end) => end,
        }
    }
}
