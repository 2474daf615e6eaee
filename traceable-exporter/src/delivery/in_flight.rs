//! Which batches are in flight, and which may be.

use std::collections::VecDeque;

use uuid::Uuid;

use super::batcher::Batch;

/// Above so many bytes there are two batches at most: one in flight, and one being made.
const MANY_BYTES: usize = 4 << 20;

/// The batches that are not acknowledged, oldest first.
#[derive(Default)]
pub(crate) struct InFlight {
    open: VecDeque<SentBatch>,
    /// What they count against the bound of the queue.
    bytes: usize,
}

struct SentBatch {
    number: u64,
    /// All tickets below this one are acknowledged when this batch and those before it are.
    acknowledges: u64,
    bytes: usize,
    is_sending: bool,
    /// The runs whose operations are in it, sorted. `None`: any.
    runs: Option<Vec<Uuid>>,
    /// The batches before it that must arrive first.
    after: Vec<u64>,
}

impl InFlight {
    /// Whether another batch may be made.
    pub(crate) fn has_room(&self) -> bool {
        self.open.len() < 2 || self.bytes <= MANY_BYTES
    }

    /// Adds a new batch. `may_overtake`: it need not wait for batches before it that have no run of its own.
    pub(crate) fn join(&mut self, batch: &Batch, may_overtake: bool) {
        let runs = may_overtake.then(|| {
            let mut runs: Vec<Uuid> = batch.items.iter().map(|item| item.operation.id()).collect();
            runs.sort_unstable();
            runs
        });
        // all of them: they may arrive in any order
        let before = self.open.iter().filter(|batch| batch.is_before(runs.as_deref()));
        let after = before.map(|batch| batch.number).collect();
        let (_, bytes) = batch.total();
        self.bytes += bytes;
        let (number, acknowledges) = (batch.number, batch.acknowledges);
        self.open.push_back(SentBatch { number, acknowledges, bytes, is_sending: false, runs, after });
    }

    /// Whether it is a batch's turn, where so many may be in flight.
    pub(crate) fn may_begin(&self, number: u64, max_in_flight: usize) -> bool {
        if self.is_oldest(number) {
            return true;
        }
        let sending = self.open.iter().filter(|batch| batch.is_sending).count();
        let own = self.index(number).and_then(|index| self.open.get(index));
        let waits = own.is_some_and(|own| own.after.iter().any(|before| self.index(*before).is_some()));
        sending < max_in_flight && max_in_flight > 1 && !waits
    }

    /// Whether all batches before it are acknowledged.
    pub(crate) fn is_oldest(&self, number: u64) -> bool {
        self.open.front().is_none_or(|oldest| oldest.number == number)
    }

    pub(crate) fn begin(&mut self, number: u64) {
        if let Some(batch) = self.index(number).and_then(|index| self.open.get_mut(index)) {
            batch.is_sending = true;
        }
    }

    /// Acknowledges a batch. Returns the ticket below which everything is acknowledged now, if that has moved.
    pub(crate) fn acknowledge(&mut self, number: u64) -> Option<u64> {
        let index = self.index(number)?;
        let acknowledged = self.open.remove(index)?;
        self.bytes -= acknowledged.bytes;
        match index.checked_sub(1).and_then(|before| self.open.get_mut(before)) {
            // the batch before it stands for both: that one may take long
            Some(before) => {
                before.acknowledges = acknowledged.acknowledges;
                None
            }
            None => Some(acknowledged.acknowledges),
        }
    }

    /// The index of a batch, unless it is acknowledged.
    fn index(&self, number: u64) -> Option<usize> {
        self.open.binary_search_by_key(&number, |batch| batch.number).ok()
    }
}

impl SentBatch {
    /// Whether it must arrive before a batch with operations of these runs.
    fn is_before(&self, runs: Option<&[Uuid]>) -> bool {
        let shares = |own: &[Uuid], runs: &[Uuid]| runs.iter().any(|run| own.binary_search(run).is_ok());
        self.runs.as_deref().zip(runs).is_none_or(|(own, runs)| shares(own, runs))
    }
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use std::sync::{Arc, Mutex};

    use traceable_core::{RunOperation, RunSink, RunTree};

    use super::*;
    use crate::queue::BatchItem;
    use crate::wire::LeftOut;

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
        let item = |operation| BatchItem {
            operation,
            left_out: LeftOut::default(),
            sequence: 0,
            operations: 1,
            bytes: 100,
        };
        let items = operations.into_iter().map(item).collect();
        Batch { items, number, acknowledges: 10 * (number + 1), has_more: false }
    }

    #[test]
    fn ends_of_runs_wait_for_each_batch_with_a_start_of_theirs() {
        for first in [0, 1] {
            let (starts, ends) = runs(2);
            let mut in_flight = InFlight::default();
            for (number, start) in (0..).zip(starts) {
                in_flight.join(&batch(number, [start]), true);
                in_flight.begin(number);
            }
            in_flight.join(&batch(2, ends), true);
            assert!(!in_flight.may_begin(2, 8));
            in_flight.acknowledge(first);
            assert!(!in_flight.may_begin(2, 8), "the other is still in flight");
            in_flight.acknowledge(1 - first);
            assert!(in_flight.may_begin(2, 8));
        }
    }

    #[test]
    fn what_is_acknowledged_behind_one_that_is_not_takes_no_room() {
        let (starts, _) = runs(1001);
        let mut in_flight = InFlight::default();
        for (number, start) in (0..).zip(starts) {
            in_flight.join(&batch(number, [start]), true);
            assert!(in_flight.may_begin(number, 2));
            in_flight.begin(number);
            if number > 0 {
                assert_eq!(in_flight.acknowledge(number), None);
            }
        }
        assert_eq!((in_flight.open.len(), in_flight.bytes), (1, 100));
        assert_eq!(in_flight.acknowledge(0), Some(10 * 1001));
        assert!(in_flight.open.is_empty() && in_flight.bytes == 0);
    }
}
