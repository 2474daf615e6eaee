//! Runs whose start was dropped: their end is dropped too.

use std::collections::{HashSet, VecDeque};

use traceable_core::{RunMark, RunOperation};
use uuid::Uuid;

/// Remembers them by a mark on the run, which goes with the run. A process has a few marks; a queue that has none remembers
/// the last few thousand runs by their ids.
pub(super) struct DroppedStarts(Option<RunMark>);

/// The ids of a queue without a mark.
#[derive(Default)]
pub(super) struct LastIds {
    ids: HashSet<Uuid>,
    order: VecDeque<Uuid>,
}

/// About 0.7 MB when full.
const REMEMBERED: usize = 16 << 10;

impl DroppedStarts {
    pub(super) fn new() -> DroppedStarts {
        DroppedStarts(RunMark::new())
    }

    pub(super) fn remember(&self, last: &mut LastIds, operation: &RunOperation) {
        match &self.0 {
            Some(mark) => mark.set(operation),
            None => last.remember(operation.id()),
        }
    }

    pub(super) fn contains(&self, last: &LastIds, operation: &RunOperation) -> bool {
        match &self.0 {
            Some(mark) => mark.is_set(operation),
            None => last.ids.contains(&operation.id()),
        }
    }
}

impl LastIds {
    fn remember(&mut self, id: Uuid) {
        if !self.ids.insert(id) {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_mark_the_oldest_are_forgotten() {
        let mut last = LastIds::default();
        for n in 0..=REMEMBERED as u128 {
            last.remember(Uuid::from_u128(n));
            last.remember(Uuid::from_u128(n));
        }
        assert!(!last.ids.contains(&Uuid::from_u128(0)));
        assert!(last.ids.contains(&Uuid::from_u128(1)));
        assert_eq!(last.ids.len(), REMEMBERED);
    }
}
