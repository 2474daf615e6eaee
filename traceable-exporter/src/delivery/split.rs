//! What happens to a batch that the server refuses: it is split in halves, and a single run is trimmed.

use super::acknowledge::Delivery;
use crate::accounting::{DropReason, WarningKind};
use crate::wire::{Encoder, Run, Trim};

/// How many extra requests the search for an unacceptable run may cost in one batch. One such run among 100 is found with
/// 14.
const MAX_SEARCH: u32 = 32;

/// A part of a batch, and what its runs are sent without.
pub(super) type Part<'a, R> = (&'a [R], Trim);

/// Both halves of a part, the first of them last: it is sent next.
fn halves<R>(part: &[R], trim: Trim) -> [Part<'_, R>; 2] {
    let (first, second) = part.split_at(part.len() / 2);
    [(second, trim), (first, trim)]
}

impl Delivery {
    /// Splits a part that the server refused. Returns the parts to send instead, the next one last; acknowledges runs
    /// that are dropped.
    pub(super) fn halve<'a, R: Run>(
        &mut self,
        (part, trim): Part<'a, R>,
        reason: DropReason,
        searched: &mut u32,
        encoder: &mut Encoder,
    ) -> Vec<Part<'a, R>> {
        if reason == DropReason::TooLarge && part.len() == 1 {
            return self.trim_more(part, trim, encoder).into_iter().collect();
        }
        if part.len() == 1 || *searched >= MAX_SEARCH {
            self.save(part, encoder);
            self.acknowledge(part, Some(reason));
            return Vec::new();
        }
        if reason != DropReason::TooLarge {
            *searched += 2;
        }
        halves(part, trim).into()
    }

    /// Splits a part that the server fails on. `None`: it is a single run, or the search has cost enough.
    pub(super) fn halve_suspects<'a, R: Run>(
        &self,
        (part, trim): Part<'a, R>,
        searched: &mut u32,
    ) -> Option<[Part<'a, R>; 2]> {
        if part.len() == 1 || *searched >= MAX_SEARCH {
            return None;
        }
        *searched += 2;
        Some(halves(part, trim))
    }

    /// Trims one part more off a run that is larger than the server accepts. `None`: it is dropped.
    pub(super) fn trim_more<'a, R: Run>(
        &mut self,
        run: &'a [R],
        trim: Trim,
        encoder: &mut Encoder,
    ) -> Option<Part<'a, R>> {
        if let Some(more) = trim.more() {
            return Some((run, more));
        }
        if let [run, ..] = run {
            self.shared.warner.warn(WarningKind::TooLarge, || {
                format!(
                    "run {:?} is dropped: even without attachments, inputs and outputs it is larger than the server accepts",
                    run.name()
                )
            });
        }
        self.save(run, encoder);
        self.acknowledge(run, Some(DropReason::TooLarge));
        None
    }

    /// Counts a run that was sent trimmed. Only single runs are.
    pub(super) fn note_trimmed<R: Run>(&self, part: &[R], trim: Trim) {
        let ([run], true) = (part, trim > Trim::Nothing) else { return };
        self.shared.queue.count_trimmed();
        self.shared.warner.warn(WarningKind::Trimmed, || {
            let name = run.name();
            format!("run {name:?} was sent without {trim}: it is larger than the server accepts")
        });
    }
}
