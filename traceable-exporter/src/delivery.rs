//! One batch on its way: sent, tried again, split, and booked out.

mod kept;
mod request;

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crate::inner::Inner;
use crate::report::Subject;
use crate::retry::Backoff;
use crate::server::Server;
use crate::stats::DropReason;
use crate::wire::{Encoded, Encoder, Format, Run, Trim};
pub(crate) use kept::Whole;
use request::Outcome;

/// How many extra requests the search for an unacceptable run may cost in one batch. One such run among 100 is found
/// with 14.
const MAX_SEARCH: u32 = 32;

/// Sends batches, one at a time; several may do so side by side.
pub(crate) struct Delivery {
    inner: Arc<Inner>,
    server: Arc<Server>,
    backoff: Backoff,
    patience: Patience,
    /// What was taken and not booked out: operations, and bytes of the queue.
    in_hand: (u64, usize),
    /// Whether those are on disk.
    on_disk: bool,
    /// So many times the server may fail on one body, and be well otherwise, before that is the body's own trouble.
    most_failures: u32,
    /// Then the runs are sought out that it fails on.
    isolates: bool,
    /// A request was turned away that should have been none of the runs' business.
    is_turned_away: bool,
}

/// How long a batch is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// While the server is unreachable or unwell, as long as the settings say.
    Limited,
    /// Whatever the server has against it, but for what it says of runs, until it is too old: it takes no room in memory.
    /// `None`: it never is.
    UntilTooOld(Option<Instant>),
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it is booked out.
    Settled,
    /// But for these runs, which the server fails on while it is well otherwise, or that come after such a one.
    Suspect(Vec<usize>),
    /// The deadline of the shut-down has passed.
    Abandoned,
}

/// A part of a batch, and what its runs are sent without.
type Part<'a, R> = (&'a [R], Trim);

impl Delivery {
    pub(crate) fn new(inner: Arc<Inner>, server: Arc<Server>, patience: Patience) -> Delivery {
        let backoff = Backoff::default();
        Delivery {
            inner,
            server,
            backoff,
            patience,
            in_hand: (0, 0),
            on_disk: false,
            most_failures: u32::MAX,
            isolates: false,
            is_turned_away: false,
        }
    }

    /// Notes what is to be booked out next, which is not in the queue any more.
    pub(crate) fn take(&mut self, operations: u64, on_disk: bool) {
        self.in_hand = (operations, 0);
        self.on_disk = on_disk;
    }

    /// Says how long what comes next is tried.
    pub(crate) fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// Whether the server has turned a request away for a reason that has nothing to do with runs: it redirects, or has
    /// no such way in.
    pub(crate) fn is_turned_away(&self) -> bool {
        self.is_turned_away
    }

    /// Books all that was taken out as lost.
    pub(crate) fn give_up(&mut self, reason: DropReason) {
        self.book_all(Some(reason));
    }

    fn book_all(&mut self, dropped: Option<DropReason>) {
        let (operations, bytes) = std::mem::take(&mut self.in_hand);
        self.inner.queue.settle_from(self.on_disk, operations, bytes, dropped);
    }

    /// Whether the key was refused so often that nothing is tried.
    fn is_refused(&self) -> bool {
        self.patience == Patience::Limited && self.server.refuses_key()
    }

    fn give_up_at(&self) -> Option<Instant> {
        match self.patience {
            // a budget beyond what a clock can count has no end
            Patience::Limited => Instant::now().checked_add(self.inner.config.retry_budget),
            Patience::UntilTooOld(end) => end,
        }
    }

    /// Sends a batch, in several requests if need be, and books all of it out; `false`: not so, as all is abandoned.
    /// `encoded`: the body that the encoder holds already. `wait_for_turn` waits until a request may be repeated, and says
    /// whether it had to.
    pub(crate) fn send<R: Run>(
        &mut self,
        batch: &[R],
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> bool {
        self.send_parts(batch, encoder, encoded, None, wait_for_turn) == Sent::Settled
    }

    fn send_parts<R: Run>(
        &mut self,
        batch: &[R],
        encoder: &mut Encoder,
        mut encoded: Option<Encoded>,
        refused: Option<DropReason>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> Sent {
        if self.inner.queue.is_abandoned() {
            return Sent::Abandoned;
        }
        let total = |(n, bytes), run: &R| (n + run.operations(), bytes + run.bytes());
        self.in_hand = batch.iter().fold((0, 0), total);
        if self.is_refused() {
            self.save(batch, encoder);
            self.book(batch, Some(DropReason::Unauthorized));
            return Sent::Settled;
        }
        let give_up_at = self.give_up_at();
        let (mut searched, mut suspects) = (0, Vec::new());
        // the part to be sent next is the last
        let mut parts = vec![(batch, Trim::Nothing)];
        if let Some(reason) = refused {
            parts = self.halve((batch, Trim::Nothing), reason, &mut searched, encoder);
        }
        while let Some((mut part, trim)) = parts.pop() {
            let Some(body) = self.encode(part, trim, encoder, encoded.take()) else {
                self.book(part, Some(DropReason::Internal));
                continue;
            };
            if body.runs == 0 {
                let (first, rest) = part.split_at(1);
                if !rest.is_empty() {
                    parts.push((rest, Trim::Nothing));
                }
                parts.extend(self.too_large(first, trim, encoder));
                continue;
            }
            if body.runs < part.len() {
                let (fits, rest) = part.split_at(body.runs);
                parts.push((rest, trim));
                part = fits;
            }
            match self.request(&body, encoder.body(), give_up_at, wait_for_turn) {
                Outcome::Delivered => {
                    self.note_wire_losses(&body);
                    self.note_trimmed(part, trim);
                    self.book(part, None);
                }
                Outcome::Dropped(reason) => {
                    self.save(part, encoder);
                    self.book(part, Some(reason));
                }
                Outcome::Again => parts.push((part, trim)),
                Outcome::Suspect => {
                    let after: usize = parts.iter().map(|(part, _)| part.len()).sum();
                    let (from, to) = (batch.len() - after - part.len(), batch.len() - after);
                    if !self.isolates {
                        suspects = (from..batch.len()).collect();
                        break;
                    }
                    if part.len() > 1 && searched < MAX_SEARCH {
                        searched += 2;
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([(second, trim), (first, trim)]);
                    } else {
                        suspects.extend(from..to);
                    }
                }
                Outcome::Abandoned => {
                    self.in_hand = (0, 0);
                    return Sent::Abandoned;
                }
                Outcome::Halve(reason) => {
                    parts.extend(self.halve((part, trim), reason, &mut searched, encoder))
                }
            }
        }
        if suspects.is_empty() {
            return Sent::Settled;
        }
        self.in_hand = (0, 0);
        Sent::Suspect(suspects)
    }

    /// What is to be sent in the place of a part that was refused, the next of it last. Books out what is not.
    fn halve<'a, R: Run>(
        &mut self,
        (part, trim): Part<'a, R>,
        reason: DropReason,
        searched: &mut u32,
        encoder: &mut Encoder,
    ) -> Vec<Part<'a, R>> {
        if reason == DropReason::TooLarge && part.len() == 1 {
            return self.too_large(part, trim, encoder).into_iter().collect();
        }
        if part.len() == 1 || *searched >= MAX_SEARCH {
            self.save(part, encoder);
            self.book(part, Some(reason));
            return Vec::new();
        }
        if reason != DropReason::TooLarge {
            *searched += 2;
        }
        let (first, second) = part.split_at(part.len() / 2);
        vec![(second, trim), (first, trim)]
    }

    /// Counts what was taken and not booked out as lost, after a panic.
    pub(crate) fn recover(&mut self) {
        self.give_up(DropReason::Internal);
    }

    /// Encodes as much of a part as fits into a request, unless that has been done, for the right way in.
    fn encode<R: Run>(
        &self,
        part: &[R],
        trim: Trim,
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
    ) -> Option<Encoded> {
        let format = self.server.format();
        if encoded.as_ref().is_some_and(|encoded| encoded.format == format) {
            return encoded;
        }
        let result = encoder.encode(part, format, self.server.batch_bytes(), trim);
        result
            .map_err(|e| self.inner.warner.warn(Subject::Worker, || format!("compressing failed: {e}")))
            .ok()
    }

    fn note_wire_losses(&self, body: &Encoded) {
        self.inner.meter.count_wire_losses(body.names_cut, body.attachments_left_out);
        if body.attachments_left_out > 0 {
            self.inner.warner.warn(Subject::LeftOut, || {
                "attachments are left out: the server has no multipart endpoint".to_owned()
            });
        }
    }

    /// What is left to try with a run that is larger than the server takes: less of it. `None`: it is lost.
    fn too_large<'a, R: Run>(
        &mut self,
        run: &'a [R],
        trim: Trim,
        encoder: &mut Encoder,
    ) -> Option<Part<'a, R>> {
        if let Some(more) = trim.more() {
            return Some((run, more));
        }
        if let [run, ..] = run {
            self.inner.warner.warn(Subject::TooLarge, || {
                format!(
                    "run {:?} is lost: even without its inputs and outputs it is more than the server takes",
                    run.name()
                )
            });
        }
        self.save(run, encoder);
        self.book(run, Some(DropReason::TooLarge));
        None
    }

    /// Keeps runs that are given up as files, if the settings say so.
    fn save<R: Run>(&self, part: &[R], encoder: &mut Encoder) {
        let Some(folder) = &self.inner.config.failed_traces else { return };
        let format = Format::Multipart { compressed: true };
        let saved = encoder
            .encode(part, format, usize::MAX, Trim::Nothing)
            .and_then(|encoded| folder.save(&encoded, encoder.body()));
        self.note_save(saved);
    }

    fn note_save(&self, saved: io::Result<()>) {
        if let Err(error) = saved {
            self.inner.warner.warn(Subject::Spool, || format!("runs that are lost cannot be kept: {error}"));
        }
    }

    /// Only single runs are trimmed.
    fn note_trimmed<R: Run>(&self, part: &[R], trim: Trim) {
        let ([run], true) = (part, trim > Trim::Nothing) else { return };
        self.inner.meter.count_trimmed();
        self.inner.warner.warn(Subject::Trimmed, || {
            let name = run.name();
            format!("run {name:?} was sent without {trim}: it is larger than the server takes")
        });
    }

    fn book<R: Run>(&mut self, part: &[R], dropped: Option<DropReason>) {
        let operations = part.iter().map(Run::operations).sum();
        let bytes = part.iter().map(Run::bytes).sum();
        self.in_hand = (self.in_hand.0 - operations, self.in_hand.1 - bytes);
        self.inner.queue.settle_from(self.on_disk, operations, bytes, dropped);
    }
}
