//! What an answer means, and how long to wait before the next try.

use std::time::Duration;

use crate::transport::Reply;

/// What to do with a batch after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The server has it (409: it had it already, from a try whose answer was lost).
    Delivered,
    /// Once more, later. With how long the server wants to be left alone, if it said so.
    Later(Option<Duration>),
    /// Too many bytes.
    TooLarge,
    /// Something in it is not acceptable: perhaps one run only.
    Invalid,
    /// The API key is not accepted.
    Unauthorized,
    /// There is no such way in.
    NotFound,
    /// It will never be taken, in whole or in part.
    Refused,
}

pub(crate) fn judge(reply: &Reply) -> Verdict {
    match reply {
        Reply::NoAnswer(_) => Verdict::Later(None),
        Reply::Impossible(_) => Verdict::Refused,
        Reply::Answer { status, retry_after, .. } => match status {
            200..300 | 409 => Verdict::Delivered,
            408 | 425 | 429 | 500.. => Verdict::Later(*retry_after),
            413 => Verdict::TooLarge,
            400 | 422 => Verdict::Invalid,
            401 | 403 => Verdict::Unauthorized,
            404 => Verdict::NotFound,
            _ => Verdict::Refused,
        },
    }
}

/// Waits that grow with each failure in a row, over batches, and are back at the start after a success.
#[derive(Default)]
pub(crate) struct Backoff {
    failures: u32,
}

/// Upper end of the first wait.
const FIRST: Duration = Duration::from_millis(500);
/// Upper end of every later one: a server that is back is found within a few seconds.
const LONGEST: Duration = Duration::from_secs(5);
/// What a server may ask for at most.
pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(60);

impl Backoff {
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after another failure. What the server asks for is kept to, up to a minute; else anything
    /// from nothing to the upper end, so that many programs do not come back at the same moment.
    pub(crate) fn failed(&mut self, asked: Option<Duration>) -> Duration {
        let upper = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let own = upper.mul_f64(fastrand::f64());
        match asked {
            // never sooner than asked, and spread all the same
            Some(asked) => asked.min(LONGEST_ASKED) + own.min(FIRST),
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
