//! How old records are. The wall clock may be wrong, and may be set while the program runs: it decides only where no other
//! clock can, and expires nothing that it cannot know.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Times before this one, the beginning of 2025, are those of a machine whose clock was not set: this crate is younger.
const EARLIEST: u64 = 1_735_689_600;

/// When a record was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenAt {
    /// Seconds since 1970.
    pub(super) wall: u64,
    /// The writer's clock, and the seconds since it began. Unknown in records of earlier versions.
    pub(super) clock: Option<(u64, u64)>,
}

/// An exporter's clock.
pub(super) struct Clock {
    /// Tells it apart from those of other processes.
    id: u64,
    begun: Instant,
    /// What the wall clock showed then. Whatever it is set to later counts for nothing.
    wall: Duration,
    /// Other exporters' clocks, and what the wall clock showed at their beginning, by the record that puts it latest: the
    /// clock may have been set while they ran, and then shows how old the earlier records are, too.
    others: Mutex<HashMap<u64, u64>>,
}

/// A record is older than it may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expired;

impl Clock {
    pub(super) fn new() -> Clock {
        Clock::set_to(wall_clock())
    }

    /// As if the wall clock showed this time.
    pub(super) fn set_to(wall: Duration) -> Clock {
        Clock { id: fastrand::u64(..), begun: Instant::now(), wall, others: Mutex::default() }
    }

    /// The time of a record that is written now.
    pub(super) fn now(&self) -> WrittenAt {
        let wall = wall_clock().as_secs();
        WrittenAt { wall, clock: Some((self.id, self.begun.elapsed().as_secs())) }
    }

    /// Learns from a record that was recovered.
    pub(super) fn learn(&self, written: WrittenAt) {
        let Some((id, seconds)) = written.clock else { return };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = others.entry(id).or_default();
        *begun = written.wall.saturating_sub(seconds).max(*begun);
    }

    /// The time of a record by the wall clock, as far as is known.
    fn wall_time(&self, written: WrittenAt) -> Duration {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let learnt = written.clock.and_then(|(id, seconds)| Some(others.get(&id)?.saturating_add(seconds)));
        Duration::from_secs(learnt.map_or(written.wall, |learnt| learnt.max(written.wall)))
    }

    /// When a record becomes older than `max_age`; `None`: not while this process lives.
    pub(super) fn expires_at(
        &self,
        written: WrittenAt,
        max_age: Duration,
    ) -> Result<Option<Instant>, Expired> {
        let age = match written.clock {
            Some((id, seconds)) if id == self.id => self.begun.elapsed().as_secs().saturating_sub(seconds),
            _ => match self.wall_age(self.wall_time(written)) {
                Some(age) => age.as_secs(),
                None => return Ok(None),
            },
        };
        let left = max_age.as_secs().checked_sub(age).ok_or(Expired)?;
        Ok(Instant::now().checked_add(Duration::from_secs(left)))
    }

    /// How long ago the wall clock showed this time; `None`: the clock was not set then. A clock that was set back since
    /// makes nothing old.
    pub(super) fn wall_age(&self, since_1970: Duration) -> Option<Duration> {
        let now = self.wall.saturating_add(self.begun.elapsed());
        (since_1970.as_secs() >= EARLIEST).then(|| {
            // both in whole seconds, or both exactly
            let now = if since_1970.subsec_nanos() == 0 { Duration::from_secs(now.as_secs()) } else { now };
            now.saturating_sub(since_1970)
        })
    }
}

fn wall_clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const WEEK: Duration = Duration::from_secs(7 * DAY);
    /// Some day of 2026.
    const TODAY: u64 = 1_780_000_000;

    /// As a process writes it whose clock shows this.
    fn written(wall: u64) -> WrittenAt {
        WrittenAt { wall, clock: Some((fastrand::u64(..), 10)) }
    }

    fn expires(clock_shows: u64, written: WrittenAt) -> Result<Option<u64>, Expired> {
        let now = Instant::now();
        let at = Clock::set_to(Duration::from_secs(clock_shows)).expires_at(written, WEEK)?;
        // a day does not pass in a test
        Ok(at.map(|at| (at - now).as_secs().div_ceil(DAY)))
    }

    #[test]
    fn a_record_of_another_process_expires_by_the_wall_clock() {
        assert_eq!(expires(TODAY, written(TODAY - 2 * DAY)), Ok(Some(5)));
        assert_eq!(expires(TODAY, written(TODAY - 8 * DAY)), Err(Expired));
        let of_an_earlier_version = WrittenAt { clock: None, ..written(TODAY - 8 * DAY) };
        assert_eq!(expires(TODAY, of_an_earlier_version), Err(Expired));
    }

    #[test]
    fn a_clock_that_was_not_set_expires_nothing() {
        // written before the first NTP step, read after it; the other way round; and never set
        for (shows, wall) in [(TODAY, 60), (60, TODAY), (60, 20), (TODAY, 0)] {
            let expires = expires(shows, written(wall));
            assert!(matches!(expires, Ok(None | Some(7))), "{shows} {wall}: {expires:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_expires_nothing() {
        assert_eq!(expires(TODAY - 30 * DAY, written(TODAY)), Ok(Some(7)));
    }

    /// A board without a battery begins with the time at which it was switched off.
    #[test]
    fn a_clock_that_was_set_while_its_process_ran_makes_no_earlier_record_old() {
        let before = WrittenAt { wall: TODAY - 90 * DAY, clock: Some((7, 10)) };
        let after = WrittenAt { wall: TODAY, clock: Some((7, 10 + DAY)) };
        let clock = Clock::set_to(Duration::from_secs(TODAY));
        clock.learn(before);
        assert_eq!(clock.expires_at(before, WEEK), Err(Expired));
        clock.learn(after);
        clock.learn(before);
        // a day before the other
        let left = clock.expires_at(before, WEEK).unwrap().unwrap() - Instant::now();
        assert!((5 * DAY..=6 * DAY).contains(&left.as_secs()), "{left:?}");
    }

    #[test]
    fn steps_of_the_clock_do_not_make_own_records_older() {
        let clock = Clock::set_to(Duration::from_secs(60));
        let own = clock.now();
        for wall in [0, 60, TODAY - 1000 * DAY, TODAY, u64::MAX] {
            let expires = clock.expires_at(WrittenAt { wall, ..own }, WEEK).unwrap().unwrap();
            assert!(expires > Instant::now() + WEEK - Duration::from_secs(DAY), "{wall}");
        }
    }
}
