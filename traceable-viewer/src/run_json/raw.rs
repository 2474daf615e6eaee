//! Stored JSON texts, put into answers as they are.

use serde_json::value::RawValue;

/// The text as JSON, when it is an object. What is no object would make clients refuse the whole answer.
pub(crate) fn object(text: Option<&str>) -> Option<&RawValue> {
    starting_with(text, '{')
}

/// The text as JSON, when it is an array.
pub(crate) fn array(text: Option<&str>) -> Option<&RawValue> {
    starting_with(text, '[')
}

/// The text as JSON of any kind.
pub(crate) fn any(text: Option<&str>) -> Option<&RawValue> {
    serde_json::from_str(text?).ok()
}

fn starting_with(text: Option<&str>, first: char) -> Option<&RawValue> {
    any(text).filter(|raw| raw.get().starts_with(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fits_is_taken() {
        let text = r#"{"n":1.000000000000000000001}"#;
        assert_eq!(object(Some(text)).unwrap().get(), text);
        for other in ["[1]", "1", "no JSON", ""] {
            assert!(object(Some(other)).is_none(), "{other}");
        }
        assert_eq!(array(Some("[1]")).unwrap().get(), "[1]");
        assert!(array(Some("{}")).is_none() && array(None).is_none());
    }
}
