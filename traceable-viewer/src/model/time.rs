//! Times as clients write them, as microseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

/// The years a time may lie in: what four digits can say.
const FIRST_DAY: i64 = -719_528;
const LAST_DAY: i64 = 2_932_896;
const DAY_US: i64 = 86_400_000_000;

/// Microseconds since 1970, now.
pub(crate) fn now_us() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

/// Reads a time out of epoch milliseconds, as the JavaScript SDK sends it.
pub(crate) fn from_epoch_ms(ms: f64) -> Option<i64> {
    let us = ms * 1000.0;
    let range = (FIRST_DAY * DAY_US) as f64..((LAST_DAY + 1) * DAY_US) as f64;
    // the conversion cannot lose more than the fraction of a microsecond, the range is checked first
    range.contains(&us).then(|| us.round() as i64)
}

/// Reads ISO 8601 text: `T`, `t` or a space between date and time, any number of digits of a second, and `Z`, an
/// offset or nothing (UTC) at the end. A date alone is its midnight.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut rest = Cursor(text.as_bytes());
    let (year, _, month, _, day) =
        (rest.digits(4)?, rest.byte(b"-")?, rest.digits(2)?, rest.byte(b"-")?, rest.digits(2)?);
    let mut us = days(year, month, day)?.checked_mul(DAY_US)?;
    if rest.0.is_empty() {
        return Some(us);
    }
    rest.byte(b"Tt ")?;
    let (hour, _, minute) = (rest.digits(2)?, rest.byte(b":")?, rest.digits(2)?);
    let second = if rest.byte(b":").is_some() { rest.digits(2)? } else { 0 };
    // 60 is a leap second; it becomes the first moment of the next minute
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    us += ((hour * 60 + minute) * 60 + second) * 1_000_000;
    if rest.byte(b".,").is_some() {
        us += rest.fraction()?;
    }
    us -= rest.offset_minutes()? * 60_000_000;
    rest.0.is_empty().then_some(us)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, `None` when there is no such date.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    // years are counted from March, so that the leap day is the last of its year
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The parts of a time: year, month, day, hour, minute, second, microsecond.
pub(crate) fn civil(us: i64) -> (i64, i64, i64, i64, i64, i64, i64) {
    let shifted = us.div_euclid(DAY_US) + 719_468;
    let of_day = us.rem_euclid(DAY_US);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let second = of_day / 1_000_000;
    (
        year_of_era + era * 400 + carry,
        month,
        day,
        second / 3600,
        second / 60 % 60,
        second % 60,
        of_day % 1_000_000,
    )
}

/// What is left of a text being read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn byte(&mut self, any_of: &[u8]) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        any_of.contains(first).then(|| self.0 = rest)
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut value = 0;
        for digit in digits {
            value = value * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        self.0 = rest;
        Some(value)
    }

    /// Microseconds; digits below are cut off.
    fn fraction(&mut self) -> Option<i64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        Some((0..6).fold(0, |us, at| us * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0'))))
    }

    fn offset_minutes(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.byte(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.byte(b"-").is_some() {
            -1
        } else {
            self.byte(b"+")?;
            1
        };
        let hours = self.digits(2)?;
        let colon = self.byte(b":").is_some();
        let minutes = if colon || !self.0.is_empty() { self.digits(2)? } else { 0 };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_one_moment() {
        let moment = Some(1_795_353_873_386_589);
        for text in [
            "2026-11-22T13:24:33.386589+00:00",
            "2026-11-22T13:24:33.386589Z",
            "2026-11-22T13:24:33.386589",
            "2026-11-22 13:24:33.386589Z",
            "2026-11-22T14:24:33.386589+01:00",
            "2026-11-22T07:54:33.386589-0530",
            "2026-11-22T15:24:33.386589999+02",
        ] {
            assert_eq!(parse_iso(text), moment, "{text}");
        }
        assert_eq!(from_epoch_ms(1_795_353_873_386.589), moment);
        assert_eq!(from_epoch_ms(1_795_356_626_261.0), Some(1_795_356_626_261_000));
    }

    #[test]
    fn short_forms() {
        assert_eq!(parse_iso("1970-01-02"), Some(DAY_US));
        assert_eq!(parse_iso("1970-01-01T00:01"), Some(60_000_000));
        assert_eq!(parse_iso("1970-01-01T00:00:01.5"), Some(1_500_000));
        assert_eq!(parse_iso("1969-12-31T23:59:59Z"), Some(-1_000_000));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "now",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-22T",
            "2026-11-22T25:00:00Z",
            "2026-11-22T13:24:33.Z",
            "2026-11-22T13:24:33Zx",
            "2026-11-22T13:24:33+1",
            "2026-11-22T13:24:3é",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
        for ms in [f64::NAN, f64::INFINITY, 1e18, -1e18] {
            assert_eq!(from_epoch_ms(ms), None);
        }
    }

    #[test]
    fn civil_is_the_way_back() {
        for day in [-719_468_i64, -1, 0, 59, 60, 11_016, 20_779, 2_932_896] {
            let (year, month, date, ..) = civil(day * DAY_US + 5);
            assert_eq!(days(year, month, date), Some(day));
        }
        assert_eq!(civil(1_795_353_873_386_589), (2026, 11, 22, 13, 24, 33, 386_589));
    }
}
