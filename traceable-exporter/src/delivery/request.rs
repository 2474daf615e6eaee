//! One body on its way: tried until there is an answer that will not be another one next time.

use std::time::{Duration, Instant};

use super::{Delivery, Patience};
use crate::queue::Pause;
use crate::report::Subject;
use crate::retry::{Verdict, judge};
use crate::server::is_unwell;
use crate::stats::DropReason;
use crate::transport::Reply;
use crate::wire::{Encoded, Format};

/// How long a server that refuses the key, or turns all requests away, is not tried again where nothing is lost by it.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);

/// What became of one request, tries included.
pub(super) enum Outcome {
    Delivered,
    Dropped(DropReason),
    /// To be sent in two halves. The reason holds if there is nothing to halve.
    Halve(DropReason),
    /// The same again, in another format.
    Again,
    /// As often as it may, the server has failed on it and was well otherwise.
    Suspect,
    /// The deadline of the shut-down has passed: everything is booked out already.
    Abandoned,
}

impl Delivery {
    pub(super) fn request(
        &mut self,
        encoded: &Encoded,
        body: &[u8],
        mut give_up_at: Option<Instant>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> Outcome {
        let format = encoded.format;
        let (before, after) = (encoded.uncompressed.unwrap_or(0).to_string(), body.len().to_string());
        let mut headers = vec![("Content-Type", encoded.content_type.as_str())];
        if encoded.uncompressed.is_some() {
            headers.push(("Content-Encoding", "zstd"));
            headers.push(("X-Pre-Compressed-Size", &before));
            headers.push(("X-Post-Compressed-Size", &after));
        }
        let path = if format == Format::Batch { "/runs/batch" } else { "/runs/multipart" };
        let mut failures = 0;
        loop {
            // another request may have been told so
            if let Some(pause) = self.server.pause()
                && self.inner.queue.pause(pause, true) == Pause::Abandoned
            {
                return Outcome::Abandoned;
            }
            let (reply, is_sent) = self.server.post(path, &headers, body);
            let verdict = judge(&reply);
            if is_sent {
                self.inner.meter.count_request(body.len(), verdict == Verdict::Delivered);
            }
            self.server.took_key(verdict != Verdict::Unauthorized);
            let (wait, asked) = match verdict {
                Verdict::Later(asked) => (self.backoff.failed(asked), asked.is_some()),
                _ if self.waits_for_better(&verdict, format) => {
                    // somebody may mend that meanwhile
                    self.server.forgets_multipart();
                    (REFUSED_PAUSE, false)
                }
                verdict => {
                    self.backoff.succeeded();
                    return self.final_outcome(&verdict, &reply, format);
                }
            };
            if give_up_at.is_some_and(|end| Instant::now() + wait > end) {
                let lost = encoded.runs;
                self.inner.warner.warn(Subject::GivenUp, || {
                    format!(
                        "{lost} runs lost: no success within the time for retries; last: {}",
                        reply.brief()
                    )
                });
                return Outcome::Dropped(match self.patience {
                    Patience::Limited => DropReason::RetriesExhausted,
                    Patience::UntilTooOld(_) => DropReason::Expired,
                });
            }
            self.inner.warner.warn(Subject::Retrying, || {
                format!("cannot deliver to {}, trying on: {}", self.inner.config.endpoint(), reply.brief())
            });
            if self.inner.queue.pause(wait, asked) == Pause::Abandoned {
                return Outcome::Abandoned;
            }
            if wait_for_turn() {
                // while others were tried instead
                give_up_at = self.give_up_at();
            }
            if self.inner.queue.is_abandoned() {
                return Outcome::Abandoned;
            }
            // one that does not answer a small question would fail on any body
            failures = if is_sent { failures + u32::from(is_unwell(&reply)) } else { 0 };
            if failures >= self.most_failures {
                return Outcome::Suspect;
            }
            if self.server.format() != format {
                // by the way in that is known now
                return Outcome::Again;
            }
        }
    }

    /// Whether an answer is waited out that has nothing to do with the runs: the key, the address or what stands before
    /// the server is wrong. What waits on disk is not thrown away for that.
    fn waits_for_better(&self, verdict: &Verdict, format: Format) -> bool {
        let is_elsewhere = match verdict {
            Verdict::Unauthorized | Verdict::Refused => true,
            Verdict::NotFound => format == Format::Batch,
            _ => false,
        };
        is_elsewhere && self.patience != Patience::Limited
    }

    /// What an answer means that will not be another one next time.
    fn final_outcome(&mut self, verdict: &Verdict, reply: &Reply, format: Format) -> Outcome {
        match verdict {
            Verdict::Delivered => Outcome::Delivered,
            Verdict::TooLarge => Outcome::Halve(DropReason::TooLarge),
            Verdict::Invalid => {
                self.inner
                    .warner
                    .warn(Subject::Rejected, || format!("the server rejects a run: {}", reply.brief()));
                Outcome::Halve(DropReason::Rejected)
            }
            Verdict::NotFound if format != Format::Batch => {
                self.server.lacks_multipart();
                Outcome::Again
            }
            Verdict::Unauthorized => {
                self.inner.warner.warn(Subject::Unauthorized, || {
                    format!("the API key is not accepted, runs are lost: {}", reply.brief())
                });
                Outcome::Dropped(DropReason::Unauthorized)
            }
            Verdict::NotFound | Verdict::Refused | Verdict::Later(_) => {
                self.is_turned_away = true;
                self.server.forgets_multipart();
                self.inner.warner.warn(Subject::Rejected, || format!("runs are lost: {}", reply.brief()));
                Outcome::Dropped(DropReason::Rejected)
            }
        }
    }
}
