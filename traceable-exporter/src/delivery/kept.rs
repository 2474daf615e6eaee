//! Bodies that were kept: sent without a look into them, or taken apart, and not tried for ever.

use super::request::Outcome;
use super::{Delivery, Sent};
use crate::stats::DropReason;
use crate::wire::{Encoded, Encoder, Run};

/// What became of a body that was sent as it is. Nothing of it is booked out unless it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Settled,
    /// The server takes another form now.
    Again,
    /// Its runs are to be sent in smaller requests, for this reason.
    Apart(DropReason),
    /// The server fails on it, and is well otherwise.
    Suspect,
    /// The deadline of the shut-down has passed.
    Abandoned,
}

impl Delivery {
    /// Says how often the server may fail on a body, and be well otherwise, until that is the body's own trouble, and
    /// whether the runs are to be sought out then that are.
    pub(crate) fn suspect_after(&mut self, failures: u32, isolates: bool) {
        self.most_failures = failures;
        self.isolates = isolates;
    }

    /// Sends a multipart body that was made before and [taken](Self::take).
    pub(crate) fn send_whole(&mut self, encoded: &Encoded, body: &[u8]) -> Whole {
        let outcome = match self.inner.queue.is_abandoned() {
            true => Outcome::Abandoned,
            false if self.is_refused() => Outcome::Dropped(DropReason::Unauthorized),
            false => self.request(encoded, body, self.give_up_at(), &|| false),
        };
        match outcome {
            Outcome::Delivered => {
                self.book_all(None);
                Whole::Settled
            }
            Outcome::Dropped(reason) => {
                if let Some(folder) = &self.inner.config.failed_traces {
                    self.note_save(folder.save(encoded, body));
                }
                self.book_all(Some(reason));
                Whole::Settled
            }
            Outcome::Halve(reason) => Whole::Apart(reason),
            Outcome::Again => Whole::Again,
            Outcome::Suspect if self.isolates && encoded.runs > 1 => {
                Whole::Apart(DropReason::RetriesExhausted)
            }
            Outcome::Suspect => Whole::Suspect,
            Outcome::Abandoned => {
                self.in_hand = (0, 0);
                Whole::Abandoned
            }
        }
    }

    /// As [`send`](Self::send), of runs whose body was refused as a whole, if there is a reason.
    pub(crate) fn send_apart<R: Run>(
        &mut self,
        runs: &[R],
        encoder: &mut Encoder,
        refused: Option<DropReason>,
    ) -> Sent {
        self.send_parts(runs, encoder, None, refused, &|| false)
    }
}
