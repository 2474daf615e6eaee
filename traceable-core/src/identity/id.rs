//! Run ids.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use uuid::Uuid;

use super::fork::fork_generation;
use super::time::Timestamp;

/// The random bits of an id.
const RANDOM_BITS: u64 = 0xffff_ffff_ffff;

/// A run id for a run that starts at `start`: a UUIDv7 whose 48 bits of milliseconds are those of the start time,
/// as LangSmith wants it.
///
/// The 26 bits behind the milliseconds are a sequence number of the process (RFC 9562, section 6.2, method 1), so
/// that runs which start in the same microsecond still sort in the order in which they were made. The other 48 bits
/// are random.
///
/// ```
/// use traceable_core::{Timestamp, new_run_id};
/// let start = Timestamp::now();
/// let (first, second) = (new_run_id(start), new_run_id(start));
/// assert!(first < second);
/// assert_eq!(first.get_version_num(), 7);
/// ```
pub fn new_run_id(start: Timestamp) -> Uuid {
    // a copy of the process, made by `fork`, would make the same ids
    let random = fastrand::u64(..) ^ u64::from(fork_generation()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    with_random_bits(unfinished(start), random)
}

/// The id of a run that was given none. As [`new_run_id`], but for the random bits: they are a hash of the others under
/// a key of this process. So [`is_own_run_id`] knows such an id for as long as the process lives, without a list of them,
/// and an id that the program made by `new_run_id` is none.
pub(crate) fn own_run_id(start: Timestamp) -> Uuid {
    let id = unfinished(start);
    with_random_bits(id, own_bits(id, fork_generation()))
}

/// Whether a run of this process, or of the one that this was forked from, has this id because it was given none. An id
/// from elsewhere is taken for one once in 2⁴⁸ times.
pub(crate) fn is_own_run_id(id: Uuid) -> bool {
    let (high, low) = id.as_u64_pair();
    let unfinished = (high, low & !RANDOM_BITS);
    let bits = low & RANDOM_BITS;
    own_bits(unfinished, 0) == bits || own_bits(unfinished, fork_generation()) == bits
}

/// The halves of an id, without its random bits.
fn unfinished(start: Timestamp) -> (u64, u64) {
    static SEQUENCE: AtomicU32 = AtomicU32::new(0);
    let sequence = SEQUENCE.fetch_add(1, Relaxed) & 0x03ff_ffff;
    // 12 bits of it go behind the version, 14 behind the variant
    let high = start.millis() << 16 | 0x7000 | u64::from(sequence >> 14);
    (high, 0b10 << 62 | u64::from(sequence & 0x3fff) << 48)
}

fn with_random_bits((high, low): (u64, u64), random: u64) -> Uuid {
    Uuid::from_u64_pair(high, low | random & RANDOM_BITS)
}

/// The hash. It need not withstand an attack: who guesses an id of ours gives a run a fresh one. Two multiplications, each
/// folded to its own width, spread every bit over all others, and cost a fifth of the hash for texts that samples traces.
#[inline]
fn own_bits((high, low): (u64, u64), process: u32) -> u64 {
    static KEYS: OnceLock<[u64; 3]> = OnceLock::new();
    let [first, second, third] = *KEYS.get_or_init(|| {
        let random = RandomState::new();
        [0, 1, 2].map(|key| random.hash_one(key) | 1)
    });
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    fold(fold(high ^ first, low ^ u64::from(process) ^ second) ^ high.rotate_left(32), third) & RANDOM_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn its_milliseconds_are_the_start_time(micros in 0..250_000_000_000_000_000u64) {
            let start = Timestamp::from_micros(micros);
            for id in [new_run_id(start), own_run_id(start)] {
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            prop_assert_eq!(seconds * 1000 + u64::from(nanos) / 1_000_000, start.millis());
            prop_assert_eq!(id.get_version_num(), 7);
            prop_assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
            }
        }
    }

    #[test]
    fn ids_of_one_moment_sort_in_the_order_of_their_making() {
        let start = Timestamp::now();
        let ids: Vec<_> = (0..10_000).flat_map(|_| [new_run_id(start), own_run_id(start)]).collect();
        // a wrap of the sequence number may turn the order round once
        let turns = ids.windows(2).filter(|pair| pair[0].to_string() >= pair[1].to_string()).count();
        assert!(turns <= 1, "{turns}");
    }

    #[test]
    fn ids_that_were_given_by_nobody_are_known_again() {
        let start = Timestamp::now();
        for _ in 0..1000 {
            let id = own_run_id(start);
            assert!(is_own_run_id(id));
            assert!(!is_own_run_id(new_run_id(start)));
            let (high, low) = id.as_u64_pair();
            for other in [(high ^ 1, low), (high, low ^ 1), (high, low ^ 1 << 50), (high ^ 1 << 20, low)] {
                assert!(!is_own_run_id(Uuid::from_u64_pair(other.0, other.1)));
            }
        }
        assert!(!is_own_run_id(Uuid::nil()) && !is_own_run_id(Uuid::max()));
    }
}
