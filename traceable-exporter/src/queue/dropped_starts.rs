//! Runs whose start was dropped: their end is dropped too.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

/// Remembers the last few thousand.
#[derive(Default)]
pub(crate) struct DroppedStarts {
    ids: HashSet<Uuid>,
    order: VecDeque<Uuid>,
}

/// About 0.7 MB when full.
const REMEMBERED: usize = 16 << 10;

impl DroppedStarts {
    pub(crate) fn remember(&mut self, id: Uuid) {
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

    pub(crate) fn contains(&self, id: Uuid) -> bool {
        !self.ids.is_empty() && self.ids.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut dropped_starts = DroppedStarts::default();
        for n in 0..=REMEMBERED as u128 {
            dropped_starts.remember(Uuid::from_u128(n));
            dropped_starts.remember(Uuid::from_u128(n));
        }
        assert!(!dropped_starts.contains(Uuid::from_u128(0)));
        assert!(dropped_starts.contains(Uuid::from_u128(1)));
        assert_eq!(dropped_starts.ids.len(), REMEMBERED);
    }
}
