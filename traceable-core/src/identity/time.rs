//! Moments, as LangSmith writes them: UTC with microseconds.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

const MICROS_PER_SECOND: u64 = 1_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
/// 9999-12-31T23:59:59.999999Z: the last moment that fits the fixed width of four digits for the year.
const MAX_MICROS: u64 = 253_402_300_799_999_999;
/// 0000-01-01T00:00:00Z: the first one.
const MIN_SIGNED_MICROS: i64 = -62_167_219_200_000_000;

/// A moment in UTC, in whole microseconds since 1970, from 1970 to 9999.
///
/// Moments before 1970, back to the year 0, exist only where a program reads what others wrote:
/// [`from_signed_micros`](Self::from_signed_micros), [`parse_compact_lenient`](Self::parse_compact_lenient).
///
/// ```
/// use traceable_core::Timestamp;
/// let t = Timestamp::from_micros(1_795_354_206_544_544);
/// assert_eq!(t.to_string(), "2026-11-22T13:30:06.544544+00:00");
/// assert_eq!(t.compact().to_string(), "20261122T133006544544Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after 1970; later than the year 9999 counts as its last microsecond.
    pub const fn from_micros(micros: u64) -> Timestamp {
        Timestamp(if micros > MAX_MICROS { MAX_MICROS } else { micros } as i64)
    }

    /// The moment `micros` microseconds after 1970, or before it if negative, clamped to the years 0 to 9999.
    pub const fn from_signed_micros(micros: i64) -> Timestamp {
        if micros >= 0 {
            Timestamp::from_micros(micros as u64)
        } else {
            Timestamp(if micros < MIN_SIGNED_MICROS { MIN_SIGNED_MICROS } else { micros })
        }
    }

    /// Microseconds since 1970; 0 for moments before it.
    pub const fn micros(self) -> u64 {
        if self.0 < 0 { 0 } else { self.0 as u64 }
    }

    /// Microseconds since 1970; negative for moments before it.
    pub const fn signed_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, as run ids contain them.
    pub const fn millis(self) -> u64 {
        self.micros() / 1000
    }

    /// The form used in a dotted order, `%Y%m%dT%H%M%S%6fZ`.
    pub const fn compact(self) -> Compact {
        Compact(self)
    }

    /// Reads the form used in a dotted order: exactly `YYYYMMDDTHHMMSSffffffZ`.
    pub(crate) fn parse_compact(text: &str) -> Option<Timestamp> {
        Self::parse_compact_lenient(text).filter(|time| time.0 >= 0 && text.get(13..15) != Some("60"))
    }

    /// Parses `YYYYMMDDTHHMMSSffffffZ` leniently, for collectors: also accepts the years 0 to 1969, and the leap second
    /// 60, which becomes the first second of the next minute.
    ///
    /// ```
    /// use traceable_core::Timestamp;
    /// let leap = Timestamp::parse_compact_lenient("20161231T235960000000Z").unwrap();
    /// assert_eq!(leap.to_string(), "2017-01-01T00:00:00.000000+00:00");
    /// ```
    pub fn parse_compact_lenient(text: &str) -> Option<Timestamp> {
        let b = text.as_bytes();
        if b.len() != COMPACT_LEN || b[8] != b'T' || b[21] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| -> Option<u64> {
            b[from..to].iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + u64::from(c - b'0')))
        };
        let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
        let (hour, minute, second, micros) =
            (number(9, 11)?, number(11, 13)?, number(13, 15)?, number(15, 21)?);
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds =
            days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        let since_year_0 = seconds * MICROS_PER_SECOND + micros;
        Some(Timestamp::from_signed_micros(since_year_0 as i64 + MIN_SIGNED_MICROS))
    }

    /// Writes `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`, the form of `start_time` and `end_time` on the wire.
    pub fn write_rfc3339(self, out: &mut Vec<u8>) {
        let Civil { year, month, day, hour, minute, second, micros } = self.civil();
        out.reserve(32);
        digits(out, year, 4);
        for (mark, n) in [(b'-', month), (b'-', day), (b'T', hour), (b':', minute), (b':', second)] {
            out.push(mark);
            digits(out, n, 2);
        }
        out.push(b'.');
        digits(out, micros, 6);
        out.extend_from_slice(b"+00:00");
    }

    /// Writes `YYYYMMDDTHHMMSSffffffZ`.
    pub(crate) fn write_compact(self, out: &mut Vec<u8>) {
        let Civil { year, month, day, hour, minute, second, micros } = self.civil();
        digits(out, year, 4);
        digits(out, month, 2);
        digits(out, day, 2);
        out.push(b'T');
        digits(out, hour, 2);
        digits(out, minute, 2);
        digits(out, second, 2);
        digits(out, micros, 6);
        out.push(b'Z');
    }

    fn civil(self) -> Civil {
        let since_year_0 = self.0.abs_diff(MIN_SIGNED_MICROS);
        let (seconds, micros) = (since_year_0 / MICROS_PER_SECOND, since_year_0 % MICROS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds / SECONDS_PER_DAY);
        let second = seconds % SECONDS_PER_DAY;
        Civil { year, month, day, hour: second / 3600, minute: second / 60 % 60, second: second % 60, micros }
    }
}

/// Length of the compact form.
pub(crate) const COMPACT_LEN: usize = 22;

/// Displays a [`Timestamp`] in the compact form of a dotted order.
#[derive(Clone, Copy, Debug)]
pub struct Compact(Timestamp);

impl fmt::Display for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::with_capacity(COMPACT_LEN);
        self.0.write_compact(&mut out);
        f.write_str(std::str::from_utf8(&out).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::with_capacity(32);
        self.write_rfc3339(&mut out);
        f.write_str(std::str::from_utf8(&out).map_err(|_| fmt::Error)?)
    }
}

impl From<SystemTime> for Timestamp {
    /// Moments before 1970 count as 1970.
    fn from(time: SystemTime) -> Timestamp {
        let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        Timestamp::from_micros(u64::try_from(micros).unwrap_or(MAX_MICROS))
    }
}

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    micros: u64,
}

fn digits(out: &mut Vec<u8>, mut n: u64, width: usize) {
    let from = out.len();
    out.resize(from + width, b'0');
    for place in out[from..].iter_mut().rev() {
        *place = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

/// Days since 0000-01-01 to year, month, day in the proleptic Gregorian calendar.
///
/// Counts in years that begin in March, so that the leap day is the last of its year, and from a March 400 years
/// earlier, so that no number is negative: 146 037 days lie between -0400-03-01 and 0000-01-01, 146 097 in four
/// centuries.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 146_037;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2) - 400, month, day)
}

/// The inverse of [`civil_from_days`].
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = year + 400 - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 146_037
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_forms_agree_with_an_independent_library(micros in 0..=MAX_MICROS) {
            let ours = Timestamp::from_micros(micros);
            // the independent library stops a day before the end of the year 9999
            prop_assume!(micros < MAX_MICROS - 2 * SECONDS_PER_DAY * MICROS_PER_SECOND);
            let theirs = jiff::Timestamp::from_microsecond(micros as i64).unwrap();
            let civil = theirs.to_zoned_datetime(jiff::tz::TimeZone::UTC);
            prop_assert_eq!(ours.to_string(), civil.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string());
            prop_assert_eq!(ours.compact().to_string(), civil.strftime("%Y%m%dT%H%M%S%6fZ").to_string());
        }

        #[test]
        fn the_compact_form_is_read_back(micros in 0..=MAX_MICROS) {
            let time = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse_compact(&time.compact().to_string()), Some(time));
        }

        #[test]
        fn moments_before_1970_are_those_of_an_independent_library(micros in MIN_SIGNED_MICROS..0) {
            let ours = Timestamp::from_signed_micros(micros);
            let theirs = jiff::Timestamp::from_microsecond(micros).unwrap();
            let civil = theirs.to_zoned_datetime(jiff::tz::TimeZone::UTC);
            let text = civil.strftime("%Y%m%dT%H%M%S%6fZ").to_string();
            prop_assert_eq!(ours.compact().to_string(), text.clone());
            prop_assert_eq!(Timestamp::parse_compact_lenient(&text), Some(ours));
            prop_assert_eq!(Timestamp::parse_compact(&text), None);
            prop_assert_eq!((ours.micros(), ours.signed_micros()), (0, micros));
        }

        #[test]
        fn whatever_is_read_is_printed_the_same(text in "[0-9]{8}T[0-9]{12}Z") {
            if let Some(time) = Timestamp::parse_compact(&text) {
                prop_assert_eq!(time.compact().to_string(), text);
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "20230229T000000000000Z",
            "19690101T000000000000Z",
            "20231301T000000000000Z",
            "20230101T240000000000Z",
        ] {
            assert_eq!(Timestamp::parse_compact(text), None, "{text}");
        }
    }

    #[test]
    fn leap_seconds_are_read_leniently_only() {
        let read = |text| Timestamp::parse_compact_lenient(text).map(|time| time.compact().to_string());
        assert_eq!(read("20161231T235960500000Z").as_deref(), Some("20170101T000000500000Z"));
        // the year 10000 cannot be written
        assert_eq!(read("99991231T235960000000Z").as_deref(), Some("99991231T235959999999Z"));
        assert_eq!(read("20161231T235961000000Z"), None);
        assert_eq!(Timestamp::parse_compact("20161231T235960500000Z"), None);
        assert_eq!(Timestamp::from_signed_micros(i64::MIN).compact().to_string(), "00000101T000000000000Z");
    }
}
