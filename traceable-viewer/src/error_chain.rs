//! An error and its causes, as one line for people.

use std::error::Error;

/// The error, then each of its causes after a colon. `Display` of this crate's errors leaves causes to this; other
/// libraries often repeat theirs, so a cause that says the same as the error before it is left out.
#[doc(hidden)]
pub fn error_chain(error: &dyn Error) -> String {
    let mut last = error.to_string();
    let mut line = last.clone();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !last.ends_with(&text) && !text.ends_with(&last) {
            line += ": ";
            line += &text;
            last = text;
        }
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    fn chain(texts: &[&'static str]) -> Option<Box<Layer>> {
        let (text, rest) = texts.split_first()?;
        Some(Box::new(Layer { text, source: chain(rest) }))
    }

    #[test]
    fn every_cause_once() {
        let line = |texts: &[&'static str]| error_chain(&*chain(texts).unwrap());
        assert_eq!(line(&["alone"]), "alone");
        assert_eq!(line(&["no start", "no file", "gone"]), "no start: no file: gone");
        assert_eq!(line(&["no start: gone", "gone"]), "no start: gone");
        assert_eq!(line(&["no start", "gone", "code 2: gone"]), "no start: gone");
    }
}
