//! Moments and ages as people write them: `2h`, `2026-11-22`, `2026-11-22T13:24:33Z`.

use std::time::{Duration, SystemTime};

use traceable_core::Timestamp;
use traceable_viewer::parse_time;

/// An age: a number and a unit, `s`, `m`, `h`, `d` or `w`.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no age: write a number and s, m, h, d or w, such as 90m or 7d");
    let (number, unit) =
        text.trim().split_at_checked(text.trim().len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}

/// A moment in microseconds since 1970: an age before now, or a date with or without a time, in UTC unless it has an
/// offset.
pub(crate) fn since(text: &str) -> Result<i64, String> {
    if let Some(us) = parse_time(text) {
        return Ok(us);
    }
    let age = age(text).map_err(|_| {
        format!("`{text}` is neither an age such as 90m or 7d nor a time such as 2026-11-22T13:24:33Z")
    })?;
    let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    Ok(Timestamp::from(SystemTime::now()).signed_micros().saturating_sub(age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_moments() {
        for (text, seconds) in [("90s", 90), ("1.5h", 5_400), (" 7d ", 604_800), ("2w", 1_209_600), ("0m", 0)]
        {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "7", "-1h", "1y", "NaNh", "1e300w", "ä"] {
            assert!(age(text).is_err(), "{text}");
        }
        assert_eq!(since("2026-11-22T13:24:33Z"), Ok(1_795_353_873_000_000));
        assert!(since("1h").unwrap() < since("0s").unwrap());
        assert!(since("yesterday").unwrap_err().contains("90m"));
    }
}
