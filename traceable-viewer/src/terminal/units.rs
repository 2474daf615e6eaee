//! Numbers for people: durations, sizes, tokens, costs, times.

use std::time::Duration;

use traceable_core::Timestamp;

/// A duration with three significant digits.
pub fn format_duration(duration: Duration) -> String {
    let us = duration.as_micros();
    match us {
        0..1_000 => format!("{us}µs"),
        1_000..10_000 => format!("{:.2}ms", us as f64 / 1e3),
        10_000..100_000 => format!("{:.1}ms", us as f64 / 1e3),
        100_000..1_000_000 => format!("{}ms", us / 1_000),
        1_000_000..60_000_000 => format!("{:.2}s", us as f64 / 1e6),
        _ => format!("{}m{:02}s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

/// A size in bytes, with the unit in which it has up to four digits: `17 B`, `1.5 KiB`.
pub fn format_bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // 1023.97 would be written as 1024.0
        if size < 1023.95 {
            break;
        }
        size /= 1024.0;
        unit = next;
    }
    format!("{size:.1} {unit}")
}

/// US dollars: cents for what costs a dollar or more, two significant digits below.
pub fn format_cost(dollars: f64) -> String {
    let decimals = match dollars.abs() {
        0.0 => 2,
        size if size >= 0.1 => 2,
        // 0.00123 has two zeros in front: two more digits follow
        size => (1.0 - size.log10().floor()).clamp(2.0, 10.0) as usize,
    };
    format!("${dollars:.decimals$}")
}

/// A time in microseconds since 1970, as `2026-11-22 13:24:33` in UTC.
pub fn format_time(us: i64) -> String {
    let text = Timestamp::from_signed_micros(us).to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let shown = |us| format_duration(Duration::from_micros(us));
        assert_eq!(
            [shown(999), shown(1_234), shown(12_345), shown(123_456), shown(1_234_567), shown(61_000_000)],
            ["999µs", "1.23ms", "12.3ms", "123ms", "1.23s", "1m01s"]
        );
    }

    #[test]
    fn sizes() {
        let shown: Vec<_> =
            [0, 1023, 1024, 1536, 1_048_560, 1 << 20, 3 << 30, u64::MAX].map(format_bytes).into();
        assert_eq!(
            shown,
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "3.0 GiB", "16777216.0 TiB"]
        );
    }

    #[test]
    fn costs() {
        let shown: Vec<_> = [0.0, 12.3, 0.5, 0.1, 0.0123, 0.00123, 0.000001].map(format_cost).into();
        assert_eq!(shown, ["$0.00", "$12.30", "$0.50", "$0.10", "$0.012", "$0.0012", "$0.0000010"]);
        assert_eq!(format_cost(f64::NAN), "$NaN");
    }

    #[test]
    fn times() {
        assert_eq!(format_time(1_795_353_873_386_589), "2026-11-22 13:24:33");
        assert_eq!(format_time(i64::MIN), "0000-01-01 00:00:00");
    }
}
