//! What is left of errors, events and names that are hidden.

use serde_json::{Map, Value};

/// The longest name that LangSmith takes, in characters; it rejects the whole request for a longer one.
pub(crate) const MAX_NAME: usize = 128;

/// Stands for what is hidden.
const HIDDEN: &str = "[hidden]";

/// An error without what it says: the type stays, if the text begins with one, and what core says of its own accord.
pub(super) fn error(text: &str) -> String {
    if text == "Cancelled" {
        return text.to_owned();
    }
    if text.starts_with("panicked: ") {
        return format!("panicked: {HIDDEN}");
    }
    match error_type(text) {
        Some(name) => format!("{name}: {HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

/// `ValueError` of `ValueError: ..`. No other word is taken for a type.
fn error_type(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let name = text.split(|c| !is_part(c)).next()?.trim_end_matches(':');
    let last = name.rsplit("::").next()?;
    let is_type = last.starts_with(|c: char| c.is_ascii_uppercase())
        && ["Error", "Exception"].iter().any(|end| last.ends_with(end));
    (is_type && name.len() <= 80).then_some(name)
}

/// An event without what it says: its name and its time.
pub(super) fn event(event: &Value) -> Value {
    let is_time = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b"TZ:+-. ".contains(&b));
    let kept = ["name", "time"].into_iter().filter_map(|key| {
        let value = event.get(key)?.as_str()?;
        // the program may set the time, to any text
        (key != "time" || is_time(value)).then(|| (key.to_owned(), value.into()))
    });
    Value::Object(kept.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_type_of_an_error_is_left() {
        for (text, left) in [
            ("no user `ada`", "[hidden]"),
            ("", "[hidden]"),
            ("Cancelled", "Cancelled"),
            ("Cancelled by ada", "[hidden]"),
            ("panicked: no user `ada`", "panicked: [hidden]"),
            ("ValueError: ada", "ValueError: [hidden]"),
            ("ValueError(\"ada\")\n\nTraceback: ada", "ValueError: [hidden]"),
            ("io::IoError { path: \"ada\" }", "io::IoError: [hidden]"),
            ("NotFoundException", "NotFoundException: [hidden]"),
            ("ada: Error", "[hidden]"),
            ("adaError: x", "[hidden]"),
            ("Error: ada", "Error: [hidden]"),
        ] {
            assert_eq!(error(text), left, "{text}");
        }
    }

    #[test]
    fn only_name_and_time_of_an_event_are_left() {
        let full = json!({"name": "retry", "time": "2026-01-01T00:00:00.000000+00:00", "message": "ada", "kwargs": {"a": "ada"}});
        assert_eq!(event(&full), json!({"name": "retry", "time": "2026-01-01T00:00:00.000000+00:00"}));
        assert_eq!(event(&json!({"name": ["ada"], "time": "ada"})), json!({}));
        assert_eq!(event(&json!("ada")), json!({}));
    }
}
