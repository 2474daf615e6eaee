//! Run ids.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use uuid::Uuid;

use super::fork::fork_generation;
use super::time::Timestamp;

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
    static SEQUENCE: AtomicU32 = AtomicU32::new(0);
    let sequence = SEQUENCE.fetch_add(1, Relaxed) & 0x03ff_ffff;
    // a copy of the process, made by `fork`, would make the same ids
    let random = fastrand::u64(..) ^ u64::from(fork_generation()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // 12 bits of it go behind the version, 14 behind the variant
    let high = start.millis() << 16 | 0x7000 | u64::from(sequence >> 14);
    let low = 0b10 << 62 | u64::from(sequence & 0x3fff) << 48 | random >> 16;
    Uuid::from_u64_pair(high, low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn its_milliseconds_are_the_start_time(micros in 0..250_000_000_000_000_000u64) {
            let start = Timestamp::from_micros(micros);
            let id = new_run_id(start);
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            prop_assert_eq!(seconds * 1000 + u64::from(nanos) / 1_000_000, start.millis());
            prop_assert_eq!(id.get_version_num(), 7);
            prop_assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }

    #[test]
    fn ids_of_one_moment_sort_in_the_order_of_their_making() {
        let start = Timestamp::now();
        let ids: Vec<_> = (0..20_000).map(|_| new_run_id(start)).collect();
        // a wrap of the sequence number may turn the order round once
        let turns = ids.windows(2).filter(|pair| pair[0].to_string() >= pair[1].to_string()).count();
        assert!(turns <= 1, "{turns}");
    }
}
