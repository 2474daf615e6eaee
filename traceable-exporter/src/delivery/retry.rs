//! One body: sent, and retried until there is an answer that will not change.

use std::time::{Duration, Instant};

use super::acknowledge::Delivery;
use super::retry_policy::RetryPolicy;
use crate::accounting::{DropReason, WarningKind};
use crate::queue::Pause;
use crate::server::{Reply, ResponseClass, classify, is_unhealthy};
use crate::wire::{Encoded, Format, ZSTD};

/// The pause between two tries while the server rejects the key or refuses every request, where nothing is lost by
/// waiting.
const REPAIR_PAUSE: Duration = Duration::from_secs(60);

/// What became of one request, retries included.
pub(crate) enum RequestOutcome {
    Delivered,
    Dropped(DropReason),
    /// Send it in two halves. A single run is dropped for this reason, unless it can be trimmed.
    Halve(DropReason),
    /// Send the same in another format.
    OtherFormat,
    /// The server failed on it as often as it may, and was healthy otherwise.
    Suspect,
    /// The shutdown's deadline has passed: everything is accounted for already.
    Abandoned,
}

impl Delivery {
    pub(crate) fn send_request(
        &mut self,
        encoded: &Encoded,
        body: &[u8],
        mut give_up_at: Option<Instant>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> RequestOutcome {
        let format = encoded.format;
        let (before, after) = (encoded.uncompressed.unwrap_or(0).to_string(), body.len().to_string());
        let mut headers = vec![("Content-Type", encoded.content_type.as_str())];
        if encoded.uncompressed.is_some() {
            headers.push(("Content-Encoding", ZSTD));
            headers.push(("X-Pre-Compressed-Size", &before));
            headers.push(("X-Post-Compressed-Size", &after));
        }
        let path = if format == Format::Batch { "/runs/batch" } else { "/runs/multipart" };
        let mut failures = 0;
        loop {
            // the server may have asked for it in the answer to another request
            if let Some(pause) = self.server.pause()
                && self.shared.queue.pause(pause, true) == Pause::Abandoned
            {
                return RequestOutcome::Abandoned;
            }
            let (reply, is_sent) = self.server.post(path, &headers, body);
            let class = classify(&reply);
            if is_sent {
                self.shared.counters.count_request(body.len(), class == ResponseClass::Delivered);
            }
            self.server.note_key(class != ResponseClass::Unauthorized);
            let (pause, asked) = match class {
                ResponseClass::Retry(asked) => (self.backoff.failed(asked), asked.is_some()),
                _ if self.waits_for_repair(&class, format) => {
                    self.server.look_for_multipart_again();
                    (REPAIR_PAUSE, false)
                }
                class => {
                    self.backoff.succeeded();
                    return self.final_outcome(&class, &reply, format);
                }
            };
            if give_up_at.is_some_and(|end| Instant::now() + pause > end) {
                return self.give_up_retrying(encoded.runs, &reply);
            }
            self.shared.queue.note_failure(matches!(reply, Reply::NoListener(_)));
            self.shared.warner.warn(WarningKind::Retrying, || {
                format!("delivery to {} failed, retrying: {}", self.shared.config.endpoint(), reply.brief())
            });
            if self.shared.queue.pause(pause, asked) == Pause::Abandoned {
                return RequestOutcome::Abandoned;
            }
            if wait_for_turn() {
                // others were tried meanwhile: the time of this one begins again
                give_up_at = self.give_up_at();
            }
            if self.shared.queue.is_abandoned() {
                return RequestOutcome::Abandoned;
            }
            // a server that fails on a probe fails on any body
            failures = if is_sent { failures + u32::from(is_unhealthy(&reply)) } else { 0 };
            if failures >= self.max_failures {
                return RequestOutcome::Suspect;
            }
            if self.server.format() != format {
                return RequestOutcome::OtherFormat;
            }
        }
    }

    fn give_up_retrying(&self, runs: usize, reply: &Reply) -> RequestOutcome {
        self.shared.warner.warn(WarningKind::RetriesExhausted, || {
            format!("retries exhausted, {runs} runs dropped; last answer: {}", reply.brief())
        });
        RequestOutcome::Dropped(match self.retry_policy {
            RetryPolicy::UntilTimeout => DropReason::RetriesExhausted,
            RetryPolicy::UntilExpired(_) => DropReason::Expired,
        })
    }

    /// Whether to wait until somebody repairs the key, the address or a proxy. What waits on disk is not dropped for an
    /// answer that has nothing to do with it.
    fn waits_for_repair(&self, class: &ResponseClass, format: Format) -> bool {
        let is_elsewhere = match class {
            ResponseClass::Unauthorized | ResponseClass::Refused => true,
            ResponseClass::NotFound => format == Format::Batch,
            _ => false,
        };
        is_elsewhere && self.retry_policy != RetryPolicy::UntilTimeout
    }

    /// What an answer means that is not retried.
    fn final_outcome(&mut self, class: &ResponseClass, reply: &Reply, format: Format) -> RequestOutcome {
        match class {
            ResponseClass::Delivered => RequestOutcome::Delivered,
            ResponseClass::TooLarge => RequestOutcome::Halve(DropReason::TooLarge),
            ResponseClass::Invalid => {
                self.shared
                    .warner
                    .warn(WarningKind::Rejected, || format!("the server rejects a run: {}", reply.brief()));
                RequestOutcome::Halve(DropReason::Rejected)
            }
            ResponseClass::NotFound if format != Format::Batch => {
                self.server.set_multipart_missing();
                RequestOutcome::OtherFormat
            }
            ResponseClass::Unauthorized => {
                self.shared.warner.warn(WarningKind::Unauthorized, || {
                    format!("the server rejects the API key, runs are dropped: {}", reply.brief())
                });
                RequestOutcome::Dropped(DropReason::Unauthorized)
            }
            ResponseClass::NotFound | ResponseClass::Refused | ResponseClass::Retry(_) => {
                self.is_misdirected = true;
                self.server.look_for_multipart_again();
                self.shared.warner.warn(WarningKind::Rejected, || {
                    format!("the server refuses requests, runs are dropped: {}", reply.brief())
                });
                RequestOutcome::Dropped(DropReason::Rejected)
            }
        }
    }
}
