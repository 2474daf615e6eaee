//! Which batches are on their way, and which may be.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::gather::Batch;

/// While batches of more than this are in hand, no more than two are: one on its way, and one that is made meanwhile.
const MANY_BYTES: usize = 4 << 20;

/// The batches that are not settled, or that one before them keeps from leaving, oldest first.
#[derive(Default)]
pub(crate) struct Lane {
    open: VecDeque<Place>,
    /// What they count against the bound of the queue.
    bytes: usize,
}

struct Place {
    number: u64,
    /// All tickets below this one are settled when this batch and those before it are.
    settles: u64,
    bytes: usize,
    stage: Stage,
    /// Whose operations are in it, in order. `None`: anybody's.
    runs: Option<Vec<Uuid>>,
    /// The last batch before it that must have arrived first.
    after: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Sending,
    Settled,
}

impl Lane {
    /// Whether another batch may be made.
    pub(crate) fn has_room(&self) -> bool {
        self.open.len() < 2 || self.bytes <= MANY_BYTES
    }

    /// Takes a new batch in. `may_overtake`: it need not wait for those before it that tell of other runs.
    pub(crate) fn join(&mut self, batch: &Batch, may_overtake: bool) {
        let runs = may_overtake.then(|| {
            let mut runs: Vec<Uuid> = batch.items.iter().map(|item| item.operation.id()).collect();
            runs.sort_unstable();
            runs
        });
        let after = self.open.iter().rev().find(|place| place.is_before(runs.as_deref()));
        let after = after.map(|place| place.number);
        let (_, bytes) = batch.total();
        self.bytes += bytes;
        let (number, settles) = (batch.number, batch.settles);
        self.open.push_back(Place { number, settles, bytes, stage: Stage::Waiting, runs, after });
    }

    /// Whether it is a batch's turn, where so many may be on their way at once.
    pub(crate) fn may_begin(&self, number: u64, at_once: usize) -> bool {
        if self.is_oldest(number) {
            return true;
        }
        let sending = self.open.iter().filter(|place| place.stage == Stage::Sending).count();
        let after = self.place(number).and_then(|place| place.after);
        let waits = after.and_then(|number| self.place(number)).is_some_and(Place::is_unsettled);
        sending < at_once && at_once > 1 && !waits
    }

    /// Whether all batches before it are settled.
    pub(crate) fn is_oldest(&self, number: u64) -> bool {
        self.open.front().is_none_or(|oldest| oldest.number == number)
    }

    pub(crate) fn begin(&mut self, number: u64) {
        if let Some(place) = self.place_mut(number) {
            place.stage = Stage::Sending;
        }
    }

    /// Notes that a batch is settled. Returns the ticket below which all is settled by that, if there is more of it.
    pub(crate) fn settle(&mut self, number: u64) -> Option<u64> {
        if let Some(place) = self.place_mut(number) {
            place.stage = Stage::Settled;
            let bytes = std::mem::take(&mut place.bytes);
            self.bytes -= bytes;
        }
        let mut settled = None;
        while let Some(place) = self.open.front().filter(|place| !place.is_unsettled()) {
            settled = Some(place.settles);
            self.open.pop_front();
        }
        settled
    }

    /// Batches are numbered in their order, without gaps.
    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.open.front()?.number)?).ok()
    }

    fn place(&self, number: u64) -> Option<&Place> {
        self.open.get(self.index(number)?)
    }

    fn place_mut(&mut self, number: u64) -> Option<&mut Place> {
        let index = self.index(number)?;
        self.open.get_mut(index)
    }
}

impl Place {
    fn is_unsettled(&self) -> bool {
        self.stage != Stage::Settled
    }

    /// Whether it must have arrived before a batch that tells of these runs.
    fn is_before(&self, runs: Option<&[Uuid]>) -> bool {
        let shares = |own: &[Uuid], runs: &[Uuid]| runs.iter().any(|run| own.binary_search(run).is_ok());
        self.is_unsettled() && self.runs.as_deref().zip(runs).is_none_or(|(own, runs)| shares(own, runs))
    }
}
