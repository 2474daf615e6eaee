//! Where the entry of each run is.

use std::collections::HashMap;
use std::hash::RandomState;

use uuid::Uuid;

/// Several tables: one that grows moves its own entries only, and the queue's lock is held meanwhile.
const TABLES: usize = 16;
/// A table that once had more room gives it back when it is empty.
const KEPT: usize = 256;

/// Places by run. Hashed with a secret: a program that takes ids of runs from strangers must not let them choose ids that
/// collide.
pub(super) struct Places([HashMap<Uuid, u64>; TABLES]);

impl Default for Places {
    fn default() -> Places {
        let secret = RandomState::new();
        Places(std::array::from_fn(|_| HashMap::with_hasher(secret.clone())))
    }
}

impl Places {
    pub(super) fn insert(&mut self, run: Uuid, place: u64) {
        self.table(run).insert(run, place);
    }

    pub(super) fn get(&self, run: Uuid) -> Option<u64> {
        self.0.get(table_of(run))?.get(&run).copied()
    }

    pub(super) fn remove(&mut self, run: Uuid) {
        let table = self.table(run);
        table.remove(&run);
        if table.is_empty() && table.capacity() > KEPT {
            table.shrink_to(KEPT);
        }
    }

    fn table(&mut self, run: Uuid) -> &mut HashMap<Uuid, u64> {
        &mut self.0[table_of(run)]
    }
}

/// Ids end in random bits.
fn table_of(run: Uuid) -> usize {
    let [.., last] = *run.as_bytes();
    usize::from(last) % TABLES
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_until_it_is_removed() {
        let mut places = Places::default();
        let ids: Vec<Uuid> = (0..5000).map(|n| Uuid::from_u128(n * 0x0123_4567_89ab_cdef)).collect();
        ids.iter().zip(0..).for_each(|(id, place)| places.insert(*id, place));
        assert!(ids.iter().zip(0..).all(|(id, place)| places.get(*id) == Some(place)));
        ids.iter().for_each(|id| places.remove(*id));
        assert!(ids.iter().all(|id| places.get(*id).is_none()));
        assert!(places.0.iter().all(|table| table.capacity() <= 2 * KEPT));
    }
}
