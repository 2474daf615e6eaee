//! Backpressure: producers that make runs faster than they can be sent are throttled, so that the queue does not fill.
//!
//! It counts bytes. While over a quarter of the queue is used, and the server keeps up, each operation waits until it is its
//! turn at the rate at which bytes are acknowledged: faster while there is much room, slower where there is little. If there
//! is no room at all, it waits until there is. A server keeps up that has acknowledged something within the last second, and
//! takes at least 8 MiB a second, or completes batches every few milliseconds. No producer waits for one that is slower,
//! fails or says nothing; to one that has not been heard of, the same second is given.
//!
//! Whatever happens, one operation waits for [`longest_sleep`] at most: 2 ms, and the time that its bytes take at 8 MiB a
//! second, and never more than 250 ms.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Shorter sleeps are added up. It happens once in some hundred small operations, and is no longer than a thread waits
/// anyway when the processors are busy.
const SLEEP: Duration = Duration::from_millis(2);
/// However large the operation: the thread may be one of an async runtime's.
const MAX_SLEEP: Duration = Duration::from_millis(250);
/// The program is not slowed down below so many bytes per second.
const MIN_RATE: f64 = (8 << 20) as f64;
/// Or as long as acknowledgements are no farther apart: with batches of 100 runs, 10 000 runs per second.
const QUICK: Duration = Duration::from_millis(10);
/// A server that has acknowledged nothing for so long does not keep up.
const SILENCE: Duration = Duration::from_secs(1);
/// The rate is that of so many acknowledgements.
const ACKNOWLEDGEMENTS: usize = 8;
/// What was measured longer ago says nothing about the server.
const REMEMBERED: Duration = Duration::from_secs(10);
/// How far ahead turns are given.
const MAX_AHEAD: Duration = Duration::from_secs(1);

/// How long an operation of so many bytes waits at most.
pub(super) fn longest_sleep(bytes: usize) -> Duration {
    MAX_SLEEP.min(SLEEP + Duration::from_secs_f64(bytes as f64 / MIN_RATE))
}

/// Measures what goes out while much waits in the queue.
#[derive(Default)]
pub(super) struct Backpressure {
    is_on: bool,
    /// Much waits, since then.
    tight_since: Option<Instant>,
    /// What was acknowledged since: when, and how many bytes.
    acknowledged: VecDeque<(Instant, usize)>,
    failed_at: Option<Instant>,
    /// The rate when last much waited, and until when.
    before: Option<(f64, Instant)>,
    /// When the turns are over that were given so far.
    next_turn: Option<Instant>,
}

impl Backpressure {
    pub(super) fn new(is_on: bool) -> Backpressure {
        Backpressure { is_on, ..Backpressure::default() }
    }

    /// One that begins again.
    pub(super) fn reset(&self) -> Backpressure {
        Backpressure::new(self.is_on)
    }

    /// Notes how much of the queue is used. Returns whether producers may be throttled: from a quarter on, until it is
    /// less than an eighth.
    pub(super) fn note_level(&mut self, bytes: usize, max_bytes: usize) -> bool {
        match self.tight_since {
            None if self.is_on && bytes > max_bytes / 4 => self.tight_since = Some(Instant::now()),
            Some(_) if bytes < max_bytes / 8 => {
                let now = Instant::now();
                self.before = Some((self.rate(now).unwrap_or(0.0), now));
                (self.tight_since, self.next_turn) = (None, None);
                self.acknowledged.clear();
            }
            _ => {}
        }
        self.tight_since.is_some()
    }

    /// Notes that bytes have left the queue.
    pub(super) fn acknowledged(&mut self, bytes: usize) {
        if self.tight_since.is_some() && bytes > 0 {
            if self.acknowledged.len() == ACKNOWLEDGEMENTS {
                self.acknowledged.pop_front();
            }
            self.acknowledged.push_back((Instant::now(), bytes));
        }
        self.failed_at = None;
    }

    /// Notes that a request has failed.
    pub(super) fn failed(&mut self) {
        self.failed_at = Some(Instant::now());
    }

    /// Bytes per second that go out while much waits. `None`: nothing has gone out so far.
    fn rate(&self, now: Instant) -> Option<f64> {
        // the first of them ends a time of which only the end is known, unless it is the first of all
        let is_whole = self.acknowledged.len() < ACKNOWLEDGEMENTS;
        let begin = if is_whole { self.tight_since } else { self.acknowledged.front().map(|(at, _)| *at) }?;
        let counted = self.acknowledged.iter().skip(usize::from(!is_whole));
        let bytes: usize = counted.map(|(_, bytes)| bytes).sum();
        (bytes > 0).then(|| bytes as f64 / (now - begin).as_secs_f64().max(1e-3))
    }

    /// The rate that producers are throttled to. `None`: the server does not keep up, or there is room.
    fn healthy_rate(&self, now: Instant) -> Option<f64> {
        let last = self.acknowledged.back().map(|(at, _)| *at);
        let heard_at = last.or(self.tight_since)?;
        if self.failed_at.is_some() || now.saturating_duration_since(heard_at) > SILENCE {
            return None;
        }
        let remembered = self.before.filter(|(_, at)| now.saturating_duration_since(*at) < REMEMBERED);
        let rate = self.rate(now).or(remembered.map(|(rate, _)| rate)).unwrap_or(MIN_RATE);
        let is_quick = last.is_some_and(|at| now.saturating_duration_since(at) < QUICK);
        (rate >= MIN_RATE || is_quick).then_some(rate)
    }

    /// Whether producers may wait for room.
    pub(super) fn keeps_up(&self) -> bool {
        self.healthy_rate(Instant::now()).is_some()
    }

    /// Gives a turn to an operation of so many bytes. Returns how long it has to wait for it.
    pub(super) fn turn(&mut self, size: usize, bytes: usize, max_bytes: usize) -> Duration {
        let now = Instant::now();
        let Some(rate) = self.healthy_rate(now) else {
            self.next_turn = None;
            return Duration::ZERO;
        };
        // twice as fast as bytes go out where a quarter is used, a quarter as fast where nearly all is
        let free = 1.0 - bytes as f64 / max_bytes as f64;
        let speed = (free * 8.0 / 3.0).clamp(0.25, 2.0);
        let own =
            Duration::from_secs_f64((size as f64 / (rate * speed).max(1.0)).min(MAX_AHEAD.as_secs_f64()));
        let turn = self.next_turn.map_or(now, |next| next.max(now)) + own;
        self.next_turn = Some(turn.min(now + MAX_AHEAD));
        let wait = turn - now;
        if wait < SLEEP { Duration::ZERO } else { wait.min(longest_sleep(size)) }
    }
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use super::*;

    const MAX: usize = 64 << 20;
    const MIB: usize = 1 << 20;

    /// Half of the queue is used, since a second, in which so many bytes went out in eight batches.
    fn half_full(bytes_out: usize) -> Backpressure {
        let mut backpressure = Backpressure::new(true);
        assert!(backpressure.note_level(MAX / 2, MAX));
        let now = Instant::now();
        let before = |millis| now.checked_sub(Duration::from_millis(millis)).unwrap();
        backpressure.tight_since = Some(before(1000));
        backpressure.acknowledged = (0..8).map(|n| (before(900 - n * 100), bytes_out / 8)).collect();
        backpressure
    }

    #[test]
    fn operations_come_in_at_the_rate_of_what_goes_out() {
        let mut backpressure = half_full(100 * MIB);
        let mut bytes = 0;
        let wait = loop {
            bytes += MIB;
            let wait = backpressure.turn(MIB, MAX * 5 / 8, MAX);
            if wait > Duration::from_millis(100) {
                break wait;
            }
        };
        // 8 to 14 ms each
        assert!((6 * MIB..16 * MIB).contains(&bytes), "{bytes} {wait:?}");
    }

    #[test]
    fn small_operations_do_not_sleep_each_time_and_large_ones_not_for_long() {
        let mut backpressure = half_full(100 * MIB);
        let waits: Vec<Duration> = (0..1000).map(|_| backpressure.turn(1000, MAX / 2, MAX)).collect();
        assert!(waits.iter().all(|wait| *wait < Duration::from_millis(3)), "{waits:?}");
        assert!(waits.iter().any(|wait| wait.is_zero()) && waits.iter().any(|wait| !wait.is_zero()));
        let waits: Vec<Duration> = (0..100).map(|_| backpressure.turn(100 * MIB, MAX / 2, MAX)).collect();
        assert!(waits.iter().all(|wait| *wait <= MAX_SLEEP), "{waits:?}");
    }

    #[test]
    fn nobody_waits_for_a_server_that_does_not_keep_up() {
        let waits = |backpressure: &mut Backpressure| {
            (0..100).map(|_| backpressure.turn(MIB, MAX / 2, MAX)).any(|wait| !wait.is_zero())
        };
        assert!(waits(&mut half_full(100 * MIB)));
        assert!(!waits(&mut half_full(4 * MIB)), "it is slow");
        let mut failing = half_full(100 * MIB);
        failing.failed();
        assert!(!waits(&mut failing) && !failing.keeps_up(), "it fails");
        failing.acknowledged(MIB);
        assert!(waits(&mut failing), "it is back");
        let mut silent = half_full(100 * MIB);
        silent.acknowledged.iter_mut().for_each(|(at, _)| *at = at.checked_sub(SILENCE).unwrap());
        assert!(!waits(&mut silent), "it says nothing");
        let mut off = Backpressure::new(false);
        assert!(!off.note_level(MAX, MAX) && !waits(&mut off) && !off.keeps_up());
    }

    #[test]
    fn one_that_has_not_been_heard_of_is_given_a_second() {
        let mut unknown = Backpressure::new(true);
        assert!(unknown.note_level(MAX / 2, MAX) && unknown.keeps_up());
        unknown.tight_since = Instant::now().checked_sub(2 * SILENCE);
        assert!(!unknown.keeps_up());
        // and it is remembered that it was silent
        assert!(!unknown.note_level(0, MAX) && unknown.note_level(MAX / 2, MAX) && !unknown.keeps_up());
    }

    /// With batches of 100 runs on a busy machine.
    #[test]
    fn one_that_completes_small_batches_quickly_keeps_up() {
        let mut quick = half_full(4 * MIB);
        quick.acknowledged(MIB / 2);
        assert!(quick.keeps_up());
    }
}
