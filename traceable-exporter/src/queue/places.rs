//! Where the entry of each run is.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use uuid::Uuid;

/// Several tables: one that grows moves its own entries only, and the queue's lock is held meanwhile.
const TABLES: usize = 16;
/// A table that once had more room gives it back when it is empty.
const KEPT: usize = 256;

/// Places by run.
pub(super) struct Places([HashMap<Uuid, u64, IdHash>; TABLES]);

impl Default for Places {
    fn default() -> Places {
        let hash = IdHash::new();
        Places(std::array::from_fn(|_| HashMap::with_hasher(hash)))
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

    fn table(&mut self, run: Uuid) -> &mut HashMap<Uuid, u64, IdHash> {
        &mut self.0[table_of(run)]
    }
}

/// Ids end in random bits.
fn table_of(run: Uuid) -> usize {
    let [.., last] = *run.as_bytes();
    usize::from(last) % TABLES
}

/// Mixes ids with a secret: a program that takes ids of runs from strangers must not let them choose ids that collide.
/// Much quicker than the standard library's, and as good where nobody sees the result.
#[derive(Clone, Copy)]
struct IdHash {
    secret: u64,
}

impl IdHash {
    fn new() -> IdHash {
        IdHash { secret: RandomState::new().hash_one(0_u8) }
    }
}

impl BuildHasher for IdHash {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher { state: self.secret, secret: self.secret | 1 }
    }
}

struct IdHasher {
    state: u64,
    secret: u64,
}

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            // an odd constant without a pattern: the golden ratio
            let mixed = (self.state ^ u64::from_ne_bytes(word)).wrapping_add(0x9e37_79b9_7f4a_7c15);
            let product = u128::from(mixed) * u128::from(self.secret.rotate_left(32) | 1);
            self.state = (product >> 64) as u64 ^ product as u64;
        }
    }

    fn finish(&self) -> u64 {
        // multiplying leaves the low bits poor, and the table looks at them first
        self.state ^ (self.state >> 32)
    }
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_in_one_place_do_not_collide() {
        for _ in 0..10 {
            let hash = IdHash::new();
            let hashes = |shift: u32| (0..4096).map(move |n| hash.hash_one(Uuid::from_u128(n << shift)));
            for shift in [0, 40, 64, 100] {
                let distinct: std::collections::HashSet<u64> =
                    hashes(shift).map(|hash| hash & 0xffff).collect();
                // of 4096 in 65536, about 128 collide by chance
                assert!(distinct.len() > 3800, "{} {shift}: {}", hash.secret, distinct.len());
            }
        }
    }

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
