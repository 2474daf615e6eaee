//! Facts of a run's events.

use crate::extract::members::{for_each_element, member, scalar};
use crate::model::{facts::EventFacts, time};

/// Facts of a JSON array of events.
pub(crate) fn events(json: &str) -> EventFacts {
    let mut first_token_us = None;
    for_each_element(json, |event| {
        if member(event.get(), "name") == Some("\"new_token\"") {
            let time = member(event.get(), "time").and_then(scalar);
            first_token_us = time.and_then(|time| match time.parse::<f64>() {
                Ok(ms) => time::from_epoch_ms(ms),
                Err(_) => time::parse_iso(&time),
            });
        }
        first_token_us.is_none()
    });
    EventFacts { first_token_us }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token() {
        let json = r#"[{"name":"start","time":"2026-01-01T00:00:00Z"},{"name":"new_token","time":"1970-01-01T00:00:02+00:00"},
            {"name":"new_token","time":"1970-01-01T00:00:01Z"}]"#;
        assert_eq!(events(json).first_token_us, Some(2_000_000));
        assert_eq!(events(r#"[{"name":"new_token","time":1500}]"#).first_token_us, Some(1_500_000));
        for none in ["[]", "{}", r#"[1,{"name":"new_token"},{"name":"new_token","time":"soon"}]"#] {
            assert_eq!(events(none).first_token_us, None, "{none}");
        }
    }
}
