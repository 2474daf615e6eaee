//! Times as clients write them, as microseconds since 1970.
//!
//! What clients vary is only how a time is punctuated and which offset it has. The calendar is that of
//! `traceable_core::Timestamp`.

use std::time::SystemTime;

use traceable_core::Timestamp;

/// Microseconds since 1970, now.
pub(crate) fn now_us() -> i64 {
    Timestamp::from(SystemTime::now()).signed_micros()
}

/// Reads a time out of epoch milliseconds, as the JavaScript SDK sends it.
pub(crate) fn from_epoch_ms(ms: f64) -> Option<i64> {
    let us = ms * 1000.0;
    let (first, last) = (Timestamp::from_signed_micros(i64::MIN), Timestamp::from_signed_micros(i64::MAX));
    // the conversion loses no more than the fraction of a microsecond: these numbers are far below 2^63
    let range = first.signed_micros() as f64..(last.signed_micros() + 1) as f64;
    range.contains(&us).then(|| us.round() as i64)
}

/// Reads ISO 8601 text: `T`, `t` or a space between date and time, any number of digits of a second, and `Z`, an
/// offset or nothing (UTC) at the end. A date alone is its midnight.
pub fn parse_iso(text: &str) -> Option<i64> {
    let mut rest = Cursor(text.trim());
    let (year, _, month, _, day) =
        (rest.digits(4)?, rest.any_of("-")?, rest.digits(2)?, rest.any_of("-")?, rest.digits(2)?);
    let (mut hour, mut minute, mut second, mut fraction) = ("00", "00", "00", "");
    let mut offset_minutes = 0;
    if !rest.0.is_empty() {
        rest.any_of("Tt ")?;
        (hour, _, minute) = (rest.digits(2)?, rest.any_of(":")?, rest.digits(2)?);
        if rest.any_of(":").is_some() {
            second = rest.digits(2)?;
        }
        if rest.any_of(".,").is_some() {
            fraction = rest.fraction()?;
        }
        offset_minutes = rest.offset_minutes()?;
    }
    // a leap second becomes the first moment of the next minute
    let (second, leap_us) = if second == "60" { ("59", 1_000_000) } else { (second, 0) };
    // digits below a microsecond are cut off
    let time = Timestamp::parse_compact_lenient(&format!(
        "{year}{month}{day}T{hour}{minute}{second}{fraction:0<6.6}Z"
    ))?;
    rest.0.is_empty().then_some(time.signed_micros() + leap_us - offset_minutes * 60_000_000)
}

/// What is left of a text being read.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn any_of(&mut self, letters: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(|letter| letters.contains(letter))?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<&'a str> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
    }

    fn fraction(&mut self) -> Option<&'a str> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        self.digits(length).filter(|digits| !digits.is_empty())
    }

    fn offset_minutes(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.any_of("Zz").is_some() {
            return Some(0);
        }
        let sign = if self.any_of("-").is_some() {
            -1
        } else {
            self.any_of("+")?;
            1
        };
        let hours: i64 = self.digits(2)?.parse().ok()?;
        let colon = self.any_of(":").is_some();
        let minutes: i64 = if colon || !self.0.is_empty() { self.digits(2)?.parse().ok()? } else { 0 };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_one_moment() {
        let moment = Some(1_795_353_873_386_589);
        for text in [
            "2026-11-22T13:24:33.386589+00:00",
            "2026-11-22T13:24:33.386589Z",
            "2026-11-22T13:24:33.386589",
            "2026-11-22 13:24:33.386589Z",
            "2026-11-22t13:24:33,386589z",
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
    fn short_forms_and_far_years() {
        for (text, us) in [
            ("1970-01-02", 86_400_000_000),
            ("1970-01-01T00:01", 60_000_000),
            ("1970-01-01T00:01.5", 60_500_000),
            ("1970-01-01T00:00:01.5", 1_500_000),
            ("  2026-11-22  ", 1_795_305_600_000_000),
            ("2026-11-22T13:24:33.123456789123456789Z", 1_795_353_873_123_456),
            ("2026-11-22T13:24:33-23:59", 1_795_440_213_000_000),
            ("2000-02-29", 951_782_400_000_000),
            ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
            ("1969-12-31T23:59:59Z", -1_000_000),
            ("1969-12-31T23:59:59.9999999Z", -1),
            ("1969-12-31T23:59:59.000001Z", -999_999),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("0000-02-29", -62_162_121_600_000_000),
            ("0000-01-01T00:00:00+01:00", -62_167_222_800_000_000),
            ("9999-12-31T23:59:59.9999999", 253_402_300_799_999_999),
            ("9999-12-31T23:59:59-12:00", 253_402_343_999_000_000),
            ("9999-12-31T23:59:60Z", 253_402_300_800_000_000),
        ] {
            assert_eq!(parse_iso(text), Some(us), "{text}");
        }
        for (ms, us) in [
            (-0.4, -400),
            (1.0005, 1_001),
            (-62_167_219_200_000.0, -62_167_219_200_000_000),
            (253_402_300_799_999.9, 253_402_300_799_999_904),
        ] {
            assert_eq!(from_epoch_ms(ms), Some(us), "{ms}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "now",
            "2026",
            "2026-13-01",
            "2026-00-10",
            "2026-11-31",
            "2026-02-29",
            "1900-02-29",
            "20261122T132433Z",
            "-000001-01-01",
            "+002026-11-22",
            "2026-11-22T",
            "2026-11-22T13",
            "2026-11-22T13:60",
            "2026-11-22T24:00:00Z",
            "2026-11-22T13:24:61",
            "2026-11-22T13:24:33.Z",
            "2026-11-22T13:24:33Zx",
            "2026-11-22T13:24:33 Z",
            "2026-11-22T13:24:33[UTC]",
            "2026-11-22T13:24:33+1",
            "2026-11-22T13:24:33+05:",
            "2026-11-22T13:24:33+24:00",
            "2026-11-22T13:24:3é",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
        for ms in [f64::NAN, f64::INFINITY, 1e18, -1e18, -62_167_219_200_000.1, 253_402_300_800_000.0] {
            assert_eq!(from_epoch_ms(ms), None);
        }
    }

    proptest! {
        /// Against an independent library, which knows the calendar and prints the parts.
        #[test]
        fn every_punctuation_of_every_moment(
            us in -62_100_000_000_000_000..253_300_000_000_000_000i64,
            offset_minutes in -1439..=1439i64,
            (between, point, more) in ("[Tt ]", "[.,]", "[0-9]{0,12}"),
            form in 0..4,
        ) {
            let local = jiff::Timestamp::from_microsecond(us + offset_minutes * 60_000_000).unwrap();
            let local = local.to_zoned_datetime(jiff::tz::TimeZone::UTC);
            let sign = if offset_minutes < 0 { '-' } else { '+' };
            let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
            let (offset, whole) = match form {
                0 => (format!("{sign}{hours:02}:{minutes:02}"), us),
                1 => (format!("{sign}{hours:02}{minutes:02}"), us),
                // what follows is written without the minutes, or without any offset
                2 => (format!("{sign}{hours:02}"), us + (offset_minutes % 60) * 60_000_000),
                _ => (String::new(), us + offset_minutes * 60_000_000),
            };
            let text = local.strftime(&format!("%Y-%m-%d{between}%H:%M:%S{point}%6f{more}{offset}")).to_string();
            prop_assert_eq!(parse_iso(&text), Some(whole), "{}", text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZtz+:., é-]{0,40}") {
            let _ = parse_iso(&text);
        }
    }
}
