//! Sizes as people write them: `500MB`, `1GiB`.

/// Bytes: a number and a unit, `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`; without `i` it is a power of
/// ten.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write a number and a unit, such as 500MB or 1GiB");
    let digits = text.trim().trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.trim().get(digits.len()..).unwrap_or_default().to_ascii_lowercase();
    let (base, power) = match unit.as_str() {
        "b" => (1.0, 0),
        "kb" | "k" => (1e3, 1),
        "mb" | "m" => (1e3, 2),
        "gb" | "g" => (1e3, 3),
        "tb" | "t" => (1e3, 4),
        "kib" => (1024.0, 1),
        "mib" => (1024.0, 2),
        "gib" => (1024.0, 3),
        "tib" => (1024.0, 4),
        _ => return Err(wrong()),
    };
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let bytes = number * f64::powi(base, power);
    // a number that is no size at all is refused; the range keeps the conversion exact enough
    if (0.0..=1e18).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes() {
        for (text, size) in [
            ("1GiB", 1 << 30),
            ("1.5 MiB", 3 << 19),
            ("500MB", 500_000_000),
            ("2k", 2_000),
            ("0B", 0),
            (" 7b ", 7),
        ] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "7", "GiB", "-1MB", "1PB", "NaNMB", "infB", "1e300GB", "1 G i B", "ä"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
