//! How long to wait before the next try.

use std::time::Duration;

use super::retry_after::MAX_RETRY_AFTER;

/// Pauses that grow with each failure in a row, over batches, and start again after a success.
#[derive(Default)]
pub(crate) struct Backoff {
    failures: u32,
}

/// Upper end of the first pause.
const FIRST: Duration = Duration::from_millis(500);
/// Upper end of all pauses: a server that is back is found within seconds.
const LONGEST: Duration = Duration::from_secs(5);

impl Backoff {
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to pause after another failure. A pause that the server asks for counts, up to a minute. Else the pause is
    /// random between zero and the upper end (full jitter), so that many programs do not retry at the same moment.
    pub(crate) fn failed(&mut self, asked: Option<Duration>) -> Duration {
        let upper = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let own = upper.mul_f64(fastrand::f64());
        match asked {
            // never sooner than asked, with jitter all the same
            Some(asked) => asked.min(MAX_RETRY_AFTER) + own.min(FIRST),
            None => own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit_and_start_again() {
        let mut backoff = Backoff::default();
        let longest_of = |backoff: &mut Backoff| {
            (0..50).map(|_| Backoff { failures: backoff.failures }.failed(None)).max().unwrap_or_default()
        };
        assert!(longest_of(&mut backoff) <= FIRST);
        for _ in 0..100 {
            assert!(backoff.failed(None) <= LONGEST);
        }
        assert!(longest_of(&mut backoff) > FIRST);
        backoff.succeeded();
        assert!(longest_of(&mut backoff) <= FIRST);
    }

    #[test]
    fn the_server_is_not_asked_before_it_wants_to_be() {
        for _ in 0..50 {
            let wait = Backoff::default().failed(Some(Duration::from_secs(3)));
            assert!(wait >= Duration::from_secs(3) && wait <= Duration::from_secs(4));
            assert!(Backoff::default().failed(Some(Duration::from_secs(86_400))) <= Duration::from_secs(61));
        }
    }
}
