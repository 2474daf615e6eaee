//! Times of OTLP: nanoseconds since 1970, of which zero says that there is none.

use traceable_core::Timestamp;

/// The nearest microsecond. Clients that compute with floating numbers are off by some nanoseconds.
pub(super) fn micros(nanos: u64) -> Option<i64> {
    let micros = i64::try_from(nanos.saturating_add(500) / 1000).ok()?;
    (nanos != 0).then_some(micros)
}

pub(super) fn iso(micros: i64) -> String {
    let mut text = Vec::new();
    Timestamp::from_signed_micros(micros).write_rfc3339(&mut text);
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_the_nearest_microsecond() {
        assert_eq!(micros(0), None);
        assert_eq!(micros(1_795_357_087_793_736_960), Some(1_795_357_087_793_737));
        assert_eq!(micros(1_795_357_087_784_420_096), Some(1_795_357_087_784_420));
        assert!(micros(u64::MAX).is_some());
        assert!(iso(1_795_357_087_784_420).starts_with("2026-11-22T14:18:07.784420"));
    }
}
