//! Clocks: the system clock, read where a trace begins, and a monotonic one that times all of the trace.
//!
//! The system clock may be set while a trace is open: by NTP, by a person, after a board without a battery has found a
//! network. What is open then keeps its clock, and traces that begin later follow the system.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use super::time::Timestamp;

/// The clock of a trace: the process's monotonic clock, whose zero lies where it lay as the trace began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Clock {
    /// In microseconds since 1970.
    zero: i64,
}

/// Where the monotonic clock's zero lies in the system's time, as the last trace that began found it.
static ZERO: AtomicI64 = AtomicI64::new(UNKNOWN);
const UNKNOWN: i64 = i64::MIN;

/// A clock that is farther than this from the system clock is set again. Less than that is not worth a step, and may be the
/// time between reading the one and the other. Other processes on this machine go by the system clock, and the runs that they
/// send here must not seem to start later than those below.
const MAX_DRIFT_MICROS: i64 = 1_000;

impl Clock {
    /// The process's clock, compared with the system clock before: for a trace that begins.
    pub(crate) fn of_system() -> Clock {
        let (system, passed) = (sources::system(), sources::passed());
        let known = sources::zero().load(Relaxed);
        if known != UNKNOWN && is_near(known, system - passed) {
            return Clock { zero: known };
        }
        let zero = measured();
        if known != UNKNOWN && is_near(known, zero) {
            // nobody set the clock: this thread was stopped between two readings
            return Clock { zero: known };
        }
        sources::zero().store(zero, Relaxed);
        Clock { zero }
    }

    /// The process's clock as it is, without a look at the system clock.
    pub(crate) fn of_process() -> Clock {
        match sources::zero().load(Relaxed) {
            UNKNOWN => Clock::of_system(),
            zero => Clock { zero },
        }
    }

    /// Now. Of two readings the later one is never before the other.
    #[inline]
    pub(crate) fn now(self) -> Timestamp {
        let micros = self.zero.saturating_add(sources::passed());
        Timestamp::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

impl Timestamp {
    /// Now, by the process's own clock. It is monotonic, and is set by the system clock where a trace begins; a trace that
    /// is open then keeps the clock that it began with.
    pub fn now() -> Timestamp {
        Clock::of_process().now()
    }
}

/// The latest time that another machine's clock may show. Clocks are wrong by seconds, and by hours where somebody mistook
/// the time zone; a year that is not even near is no clock's. This machine's own clock may be the wrong one: a board
/// without a battery begins in 1970.
pub(crate) fn latest_plausible() -> Timestamp {
    const TEN_YEARS: u64 = 3653 * 86_400_000_000;
    const BEGIN_OF_2026: u64 = 1_767_225_600_000_000;
    let here = u64::try_from(sources::system()).unwrap_or(0);
    Timestamp::from_micros(here.max(BEGIN_OF_2026) + TEN_YEARS)
}

fn is_near(a: i64, b: i64) -> bool {
    a.abs_diff(b) <= MAX_DRIFT_MICROS as u64
}

/// Reads both clocks until no more than a moment has passed between the readings, or it has been tried often enough.
fn measured() -> i64 {
    let attempts = (0..4).map(|_| {
        let before = sources::passed();
        let system = sources::system();
        let took = sources::passed() - before;
        (took, system - before - took / 2)
    });
    attempts.min_by_key(|(took, _)| *took).map_or(0, |(_, zero)| zero)
}

/// What is read: two clocks of the machine, and what the process remembers of them.
mod sources {
    use std::sync::OnceLock;
    use std::sync::atomic::AtomicI64;
    use std::time::{Instant, SystemTime};

    use super::Timestamp;

    /// Microseconds since 1970, by the system clock.
    pub(super) fn system() -> i64 {
        #[cfg(test)]
        if let Some(clocks) = super::by_hand::clocks() {
            return clocks.system();
        }
        Timestamp::from(SystemTime::now()).signed_micros()
    }

    /// Microseconds since this was first asked, by the monotonic clock.
    #[inline]
    pub(super) fn passed() -> i64 {
        #[cfg(test)]
        if let Some(clocks) = super::by_hand::clocks() {
            return clocks.passed();
        }
        static START: OnceLock<Instant> = OnceLock::new();
        let passed = START.get_or_init(Instant::now).elapsed();
        passed.as_secs() as i64 * 1_000_000 + i64::from(passed.subsec_micros())
    }

    pub(super) fn zero() -> &'static AtomicI64 {
        #[cfg(test)]
        if let Some(clocks) = super::by_hand::clocks() {
            return clocks.zero();
        }
        &super::ZERO
    }
}

/// Clocks that a test sets by hand, for its own thread.
#[cfg(test)]
pub(crate) mod by_hand {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    use super::UNKNOWN;

    pub(crate) struct Clocks {
        passed: AtomicI64,
        system: AtomicI64,
        zero: AtomicI64,
    }

    thread_local! {
        static CLOCKS: Cell<Option<&'static Clocks>> = const { Cell::new(None) };
    }

    pub(super) fn clocks() -> Option<&'static Clocks> {
        CLOCKS.get()
    }

    impl Clocks {
        /// The system clock stands at `system` microseconds since 1970. For the rest of this thread, a test's.
        pub(crate) fn set(system: i64) -> &'static Clocks {
            let clocks = Clocks { passed: 7.into(), system: system.into(), zero: AtomicI64::new(UNKNOWN) };
            let clocks: &Clocks = Box::leak(Box::new(clocks));
            CLOCKS.set(Some(clocks));
            clocks
        }

        /// Time passes.
        pub(crate) fn pass(&self, micros: i64) {
            self.passed.fetch_add(micros, Relaxed);
            self.system.fetch_add(micros, Relaxed);
        }

        /// Somebody sets the system clock, forward or back.
        pub(crate) fn step(&self, micros: i64) {
            self.system.fetch_add(micros, Relaxed);
        }

        pub(super) fn passed(&self) -> i64 {
            self.passed.load(Relaxed)
        }

        pub(super) fn system(&self) -> i64 {
            self.system.load(Relaxed).max(0)
        }

        pub(super) fn zero(&self) -> &AtomicI64 {
            &self.zero
        }
    }
}

#[cfg(test)]
mod tests {
    use super::by_hand::Clocks;
    use super::*;

    const NOV_2026: i64 = 1_795_354_206_544_544;

    #[test]
    fn the_clock_of_a_trace_never_steps_back_between_two_readings() {
        let clock = Clock::of_system();
        let mut last = clock.now();
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }

    #[test]
    fn a_trace_keeps_the_clock_it_began_with_and_the_next_follows_the_system() {
        let clocks = Clocks::set(NOV_2026);
        for step in [3_600_000_000, -7_200_000_000, 1_000_000, -2_000] {
            let before = Clock::of_system();
            let began = before.now();
            assert_eq!(began.signed_micros(), clocks.system());
            clocks.pass(30_000);
            clocks.step(step);
            clocks.pass(30_000);
            let after = Clock::of_system();
            assert_eq!(after.now().signed_micros(), clocks.system());
            assert_eq!(before.now().signed_micros() - began.signed_micros(), 60_000);
            assert_eq!(Timestamp::now(), after.now());
        }
        // less than a millisecond may be the time between two readings
        let (before, now) = (Clock::of_system(), Timestamp::now());
        clocks.step(900);
        assert_eq!((Clock::of_system(), Timestamp::now()), (before, now));
    }

    #[test]
    fn a_machine_that_begins_in_1970_is_set_right_later() {
        let clocks = Clocks::set(5_000_000);
        assert_eq!(Timestamp::now().micros(), 5_000_000);
        clocks.pass(1_000_000);
        clocks.step(NOV_2026);
        assert_eq!(Clock::of_system().now().signed_micros(), NOV_2026 + 6_000_000);
        // set back farther than the process is old
        clocks.pass(60_000_000);
        clocks.step(i64::MIN / 2);
        let clock = Clock::of_system();
        assert_eq!(clock.now().micros(), 0);
        clocks.pass(30_000);
        assert_eq!(clock.now().micros(), 30_000);
    }
}
