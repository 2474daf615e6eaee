//! What was found, and what to do about it.

use serde_json::json;
use traceable_viewer::one_line;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Good,
    /// It may be meant.
    Notable,
    /// Traces do not arrive, or not where they are expected.
    Wrong,
}

pub(crate) struct Finding {
    /// What was checked: `tracing`, `endpoint` and so on.
    pub(crate) check: &'static str,
    pub(crate) level: Level,
    pub(crate) text: String,
    /// What to do; empty when there is nothing to do.
    pub(crate) advice: String,
}

impl Finding {
    pub(crate) fn good(check: &'static str, text: impl Into<String>) -> Self {
        Finding { check, level: Level::Good, text: text.into(), advice: String::new() }
    }

    pub(crate) fn notable(check: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding { check, level: Level::Notable, text: text.into(), advice: advice.into() }
    }

    pub(crate) fn wrong(check: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding { check, level: Level::Wrong, text: text.into(), advice: advice.into() }
    }

    fn word(&self) -> &'static str {
        match self.level {
            Level::Good => "ok",
            Level::Notable => "note",
            Level::Wrong => "wrong",
        }
    }

    pub(crate) fn json(&self) -> String {
        let object =
            json!({"check": self.check, "status": self.word(), "text": self.text, "advice": self.advice});
        format!("{object}\n")
    }

    /// A line, and one below it for the advice. What a server or a variable says is made harmless.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{:<5}  {:<9} {}\n", self.word(), self.check, one_line(&self.text, 400));
        if !self.advice.is_empty() {
            text += &format!("{:17}-> {}\n", "", one_line(&self.advice, 400));
        }
        text
    }
}
