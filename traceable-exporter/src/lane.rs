//! Which batches are on their way, and which may be.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::gather::Batch;

/// While batches of more than this are in hand, no more than two are: one on its way, and one that is made meanwhile.
const MANY_BYTES: usize = 4 << 20;

/// The batches that are not settled, oldest first.
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
    is_sending: bool,
    /// Whose operations are in it, in order. `None`: anybody's.
    runs: Option<Vec<Uuid>>,
    /// The batches before it that must have arrived first.
    after: Vec<u64>,
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
        // each of them: they need not arrive in their order
        let before = self.open.iter().filter(|place| place.is_before(runs.as_deref()));
        let after = before.map(|place| place.number).collect();
        let (_, bytes) = batch.total();
        self.bytes += bytes;
        let (number, settles) = (batch.number, batch.settles);
        self.open.push_back(Place { number, settles, bytes, is_sending: false, runs, after });
    }

    /// Whether it is a batch's turn, where so many may be on their way at once.
    pub(crate) fn may_begin(&self, number: u64, at_once: usize) -> bool {
        if self.is_oldest(number) {
            return true;
        }
        let sending = self.open.iter().filter(|place| place.is_sending).count();
        let own = self.index(number).and_then(|index| self.open.get(index));
        let waits = own.is_some_and(|own| own.after.iter().any(|before| self.index(*before).is_some()));
        sending < at_once && at_once > 1 && !waits
    }

    /// Whether all batches before it are settled.
    pub(crate) fn is_oldest(&self, number: u64) -> bool {
        self.open.front().is_none_or(|oldest| oldest.number == number)
    }

    pub(crate) fn begin(&mut self, number: u64) {
        if let Some(place) = self.index(number).and_then(|index| self.open.get_mut(index)) {
            place.is_sending = true;
        }
    }

    /// Notes that a batch is settled. Returns the ticket below which all is settled by that, if there is more of it.
    pub(crate) fn settle(&mut self, number: u64) -> Option<u64> {
        let index = self.index(number)?;
        let settled = self.open.remove(index)?;
        self.bytes -= settled.bytes;
        match index.checked_sub(1).and_then(|before| self.open.get_mut(before)) {
            // however long that takes, this one needs no place any more
            Some(before) => {
                before.settles = settled.settles;
                None
            }
            None => Some(settled.settles),
        }
    }

    /// Where the place of a batch is, unless it is settled.
    fn index(&self, number: u64) -> Option<usize> {
        self.open.binary_search_by_key(&number, |place| place.number).ok()
    }
}

impl Place {
    /// Whether it must have arrived before a batch that tells of these runs.
    fn is_before(&self, runs: Option<&[Uuid]>) -> bool {
        let shares = |own: &[Uuid], runs: &[Uuid]| runs.iter().any(|run| own.binary_search(run).is_ok());
        self.runs.as_deref().zip(runs).is_none_or(|(own, runs)| shares(own, runs))
    }
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use traceable_core::{RunOperation, RunSink, RunTree};

    use super::*;
    use crate::batch::Item;

    #[derive(Default)]
    struct Taken(Mutex<Vec<RunOperation>>);

    impl RunSink for Taken {
        fn submit(&self, operation: RunOperation) {
            self.0.lock().unwrap().push(operation);
        }
    }

    /// So many starts of runs, and their ends.
    fn runs(count: usize) -> (Vec<RunOperation>, Vec<RunOperation>) {
        let sink = Arc::new(Taken::default());
        let runs: Vec<RunTree> =
            (0..count).map(|_| RunTree::builder("r").sink(sink.clone()).build()).collect();
        for run in &runs {
            run.post();
        }
        let starts = std::mem::take(&mut *sink.0.lock().unwrap());
        for run in &runs {
            run.end().patch();
        }
        let ends = std::mem::take(&mut *sink.0.lock().unwrap());
        (starts, ends)
    }

    fn batch(number: u64, operations: impl IntoIterator<Item = RunOperation>) -> Batch {
        let arrived = Instant::now();
        let item = |operation| Item { operation, sequence: 0, operations: 1, bytes: 100, arrived };
        let items = operations.into_iter().map(item).collect();
        Batch { items, number, settles: 10 * (number + 1), has_more: false }
    }

    #[test]
    fn ends_of_runs_wait_for_each_batch_with_a_start_of_theirs() {
        for first in [0, 1] {
            let (starts, ends) = runs(2);
            let mut lane = Lane::default();
            for (number, start) in (0..).zip(starts) {
                lane.join(&batch(number, [start]), true);
                lane.begin(number);
            }
            lane.join(&batch(2, ends), true);
            assert!(!lane.may_begin(2, 8));
            lane.settle(first);
            assert!(!lane.may_begin(2, 8), "the other is still on its way");
            lane.settle(1 - first);
            assert!(lane.may_begin(2, 8));
        }
    }

    #[test]
    fn what_is_settled_behind_one_that_is_not_takes_no_room() {
        let (starts, _) = runs(1001);
        let mut lane = Lane::default();
        for (number, start) in (0..).zip(starts) {
            lane.join(&batch(number, [start]), true);
            assert!(lane.may_begin(number, 2));
            lane.begin(number);
            if number > 0 {
                assert_eq!(lane.settle(number), None);
            }
        }
        assert_eq!((lane.open.len(), lane.bytes), (1, 100));
        assert_eq!(lane.settle(0), Some(10 * 1001));
        assert!(lane.open.is_empty() && lane.bytes == 0);
    }
}
