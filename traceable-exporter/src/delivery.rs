//! One batch on its way: encoded, sent, tried again, split, and booked out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Item;
use crate::config::Config;
use crate::meter::Meter;
use crate::queue::{Pause, Queue};
use crate::report::{Subject, Warner};
use crate::retry::{Backoff, Verdict, judge};
use crate::server_info::ServerInfo;
use crate::stats::DropReason;
use crate::transport::{Reply, Transport};
use crate::wire::{self, Encoder, Format};

/// How many extra requests the search for an unacceptable run may cost in one batch. One such run among 100 is found
/// with 14.
const MAX_SEARCH: u32 = 32;
/// So many refusals of the API key in a row, and nothing is sent for a while.
const MAX_UNAUTHORIZED: u32 = 3;
/// Then one batch is tried: keys can become valid, or be given rights.
const UNAUTHORIZED_PAUSE: Duration = Duration::from_secs(300);
/// How long a server that did not answer `/info` is not asked again.
const INFO_PAUSE: Duration = Duration::from_secs(30);
const INFO_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends batches, one at a time.
pub(crate) struct Delivery {
    config: Config,
    queue: Arc<Queue>,
    meter: Arc<Meter>,
    warner: Arc<Warner>,
    transport: Transport,
    encoder: Encoder,
    backoff: Backoff,
    info: ServerInfo,
    /// `None`: the server has answered. Else when it is to be asked.
    ask_info_at: Option<Instant>,
    /// The multipart endpoint was looked for and not found.
    multipart_is_missing: bool,
    unauthorized: u32,
    unauthorized_until: Option<Instant>,
    /// What was taken from the queue and not booked out.
    in_hand: (u64, usize),
}

/// What became of one request, tries included.
enum Outcome {
    Delivered,
    Dropped(DropReason),
    /// To be sent in two halves. The reason holds if there is nothing to halve.
    Halve(DropReason),
    /// The same again, in another format.
    Again,
    /// The deadline of the shut-down has passed: everything is booked out already.
    Abandoned,
}

impl Delivery {
    pub(crate) fn new(
        config: &Config,
        queue: Arc<Queue>,
        meter: Arc<Meter>,
        warner: Arc<Warner>,
    ) -> Delivery {
        let shared = wire::Shared::new(config.project.clone(), config.revision_id.clone());
        Delivery {
            queue,
            meter,
            warner,
            transport: Transport::new(config),
            encoder: Encoder::new(shared, config.compression_level),
            backoff: Backoff::default(),
            info: ServerInfo::default(),
            ask_info_at: Some(Instant::now()),
            multipart_is_missing: false,
            unauthorized: 0,
            unauthorized_until: None,
            in_hand: (0, 0),
            config: config.clone(),
        }
    }

    /// How many runs go into one request.
    pub(crate) fn batch_operations(&self) -> usize {
        self.config.batch_operations.unwrap_or(self.info.batch_operations)
    }

    /// How many bytes go into one request.
    pub(crate) fn batch_bytes(&self) -> usize {
        self.config.batch_bytes.unwrap_or(self.info.batch_bytes)
    }

    /// Asks the server what it takes, if it has not said yet.
    pub(crate) fn ask_info(&mut self) {
        let now = Instant::now();
        if self.ask_info_at.is_none_or(|at| now < at) {
            return;
        }
        self.ask_info_at = match self.transport.get("/info", INFO_TIMEOUT.min(self.config.request_timeout)) {
            Reply::Answer { status: 200..300, text, .. } => {
                self.info = ServerInfo::read(&text);
                None
            }
            // a collector without this call
            Reply::Answer { status: 404 | 405 | 501, .. } => None,
            _ => Some(Instant::now() + INFO_PAUSE),
        };
    }

    /// Sends a batch, in several requests if need be, and books all of it out.
    pub(crate) fn send(&mut self, batch: Vec<Item>) {
        self.in_hand =
            batch.iter().fold((0, 0), |(n, bytes), item| (n + item.operations, bytes + item.bytes));
        if self.unauthorized_until.is_some_and(|until| Instant::now() < until) {
            self.book(&batch, Some(DropReason::Unauthorized));
            return;
        }
        // a budget beyond what a clock can count has no end
        let give_up_at = Instant::now().checked_add(self.config.retry_budget);
        let mut searched = 0;
        // the part to be sent next is the last
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            let format = self.format();
            let operations = part.iter().map(|item| &item.operation);
            let body = match self.encoder.encode(operations, format, self.batch_bytes()) {
                Ok(body) => body,
                Err(error) => {
                    self.warner.warn(Subject::Worker, || format!("compressing failed: {error}"));
                    self.book(&part, Some(DropReason::Internal));
                    continue;
                }
            };
            if body.operations == 0 {
                let rest = part.split_off(1.min(part.len()));
                self.too_large(&part);
                if !rest.is_empty() {
                    parts.push(rest);
                }
                continue;
            }
            if body.operations < part.len() {
                parts.push(part.split_off(body.operations));
            }
            match self.request(format, &body, give_up_at) {
                Outcome::Delivered => {
                    self.note_wire_losses(&body);
                    self.book(&part, None);
                    self.queue.discard(part);
                }
                Outcome::Dropped(reason) => self.book(&part, Some(reason)),
                Outcome::Again => parts.push(part),
                Outcome::Abandoned => {
                    self.in_hand = (0, 0);
                    return;
                }
                Outcome::Halve(DropReason::TooLarge) if part.len() == 1 => self.too_large(&part),
                Outcome::Halve(reason) if part.len() == 1 || searched >= MAX_SEARCH => {
                    self.book(&part, Some(reason));
                }
                Outcome::Halve(reason) => {
                    if reason != DropReason::TooLarge {
                        searched += 2;
                    }
                    let second = part.split_off(part.len() / 2);
                    parts.extend([second, part]);
                }
            }
        }
    }

    /// Counts what was taken and not booked out as lost, after a panic.
    pub(crate) fn recover(&mut self) {
        let (operations, bytes) = std::mem::take(&mut self.in_hand);
        self.queue.settle(operations, bytes, Some(DropReason::Internal));
    }

    fn format(&self) -> Format {
        match self.info.multipart && !self.multipart_is_missing {
            true => Format::Multipart { compressed: self.info.zstd },
            false => Format::Batch,
        }
    }

    fn request(&mut self, format: Format, body: &wire::Body, give_up_at: Option<Instant>) -> Outcome {
        let length = self.encoder.body().len();
        let (before, after) = (body.uncompressed.unwrap_or(0).to_string(), length.to_string());
        let mut headers = vec![("Content-Type", body.content_type.as_str())];
        if body.uncompressed.is_some() {
            headers.push(("Content-Encoding", "zstd"));
            headers.push(("X-Pre-Compressed-Size", &before));
            headers.push(("X-Post-Compressed-Size", &after));
        }
        let path = if format == Format::Batch { "/runs/batch" } else { "/runs/multipart" };
        loop {
            let reply = self.transport.post(path, &headers, self.encoder.body());
            let verdict = judge(&reply);
            self.meter.count_request(length, verdict == Verdict::Delivered);
            if verdict != Verdict::Unauthorized {
                self.unauthorized = 0;
                self.unauthorized_until = None;
            }
            let asked = match verdict {
                Verdict::Later(asked) => asked,
                verdict => {
                    self.backoff.succeeded();
                    return self.final_outcome(&verdict, &reply, format);
                }
            };
            let wait = self.backoff.failed(asked);
            if give_up_at.is_some_and(|end| Instant::now() + wait > end) {
                let lost = body.operations;
                self.warner.warn(Subject::GivenUp, || {
                    format!(
                        "{lost} runs lost: no success within the time for retries; last: {}",
                        reply.brief()
                    )
                });
                return Outcome::Dropped(DropReason::RetriesExhausted);
            }
            self.warner.warn(Subject::Retrying, || {
                format!("cannot deliver to {}, trying on: {}", self.config.endpoint.as_str(), reply.brief())
            });
            if self.queue.pause(wait, asked.is_some()) == Pause::Abandoned {
                return Outcome::Abandoned;
            }
        }
    }

    /// What an answer means that will not be another one next time.
    fn final_outcome(&mut self, verdict: &Verdict, reply: &Reply, format: Format) -> Outcome {
        match verdict {
            Verdict::Delivered => Outcome::Delivered,
            Verdict::TooLarge => Outcome::Halve(DropReason::TooLarge),
            Verdict::Invalid => {
                self.warner
                    .warn(Subject::Rejected, || format!("the server rejects a run: {}", reply.brief()));
                Outcome::Halve(DropReason::Rejected)
            }
            Verdict::NotFound if format != Format::Batch => {
                self.multipart_is_missing = true;
                Outcome::Again
            }
            Verdict::Unauthorized => {
                self.unauthorized += 1;
                self.warner.warn(Subject::Unauthorized, || {
                    format!("the API key is not accepted, runs are lost: {}", reply.brief())
                });
                if self.unauthorized >= MAX_UNAUTHORIZED {
                    self.unauthorized_until = Some(Instant::now() + UNAUTHORIZED_PAUSE);
                }
                Outcome::Dropped(DropReason::Unauthorized)
            }
            Verdict::NotFound | Verdict::Refused | Verdict::Later(_) => {
                self.warner.warn(Subject::Rejected, || format!("runs are lost: {}", reply.brief()));
                Outcome::Dropped(DropReason::Rejected)
            }
        }
    }

    fn note_wire_losses(&self, body: &wire::Body) {
        self.meter.count_wire_losses(body.names_cut, body.attachments_left_out);
        if body.attachments_left_out > 0 {
            self.warner.warn(Subject::LeftOut, || {
                "attachments are left out: the server has no multipart endpoint".to_owned()
            });
        }
    }

    fn too_large(&mut self, part: &[Item]) {
        if let [Item { operation, bytes, .. }, ..] = part {
            self.warner.warn(Subject::TooLarge, || {
                format!(
                    "run {:?} is lost: about {bytes} bytes are more than the server takes",
                    operation.name()
                )
            });
        }
        self.book(part, Some(DropReason::TooLarge));
    }

    fn book(&mut self, part: &[Item], dropped: Option<DropReason>) {
        let operations = part.iter().map(|item| item.operations).sum();
        let bytes = part.iter().map(|item| item.bytes).sum();
        self.in_hand = (self.in_hand.0 - operations, self.in_hand.1 - bytes);
        self.queue.settle(operations, bytes, dropped);
    }
}
