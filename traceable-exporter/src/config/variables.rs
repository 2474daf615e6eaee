//! Reading settings by name, the way the Python SDK does.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::error::ConfigError;
use crate::accounting::process_wide;

/// Where settings come from: a name in, a value out.
pub(crate) struct Variables<'a>(pub(crate) &'a dyn Fn(&str) -> Option<String>);

/// A value and the full name it was found under.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Variables<'_> {
    /// `LANGSMITH_{suffix}`, then `LANGCHAIN_{suffix}`. Blank counts as unset.
    pub(crate) fn get(&self, suffix: &str) -> Option<Found> {
        ["LANGSMITH_", "LANGCHAIN_"].iter().find_map(|prefix| self.exact(&format!("{prefix}{suffix}")))
    }

    /// One variable under its full name. Blank counts as unset.
    pub(crate) fn exact(&self, name: &str) -> Option<Found> {
        let value = (self.0)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| Found { name: name.to_owned(), value: value.to_owned() })
    }

    /// A switch: on for `true` (the Python SDK's only word) and for `1`, `yes`, `on`.
    pub(crate) fn switch(&self, suffix: &str) -> Option<bool> {
        self.get(suffix).map(|found| is_one_of(ON, &found.value))
    }

    /// Whether a switch that is on by default was set to off.
    pub(crate) fn is_off(&self, suffix: &str) -> bool {
        self.get(suffix).is_some_and(|found| is_one_of(OFF, &found.value))
    }

    /// A switch that hides something: on for any word but those for off. Who sets it does not want to be seen.
    pub(crate) fn hides(&self, suffix: &str) -> bool {
        self.get(suffix).is_some_and(|found| !is_one_of(OFF, &found.value))
    }

    /// A number within limits.
    pub(crate) fn number<T: FromStr + PartialOrd>(
        &self,
        suffix: &str,
        range: std::ops::RangeInclusive<T>,
        expected: &str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.get(suffix) else { return Ok(None) };
        match found.value.parse::<T>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(ConfigError::malformed(&found.name, Some(&found.value), expected)),
        }
    }
}

const ON: [&str; 4] = ["true", "1", "yes", "on"];
const OFF: [&str; 4] = ["false", "0", "no", "off"];

fn is_one_of(words: [&str; 4], value: &str) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// `LANGSMITH_TRACING_V2`, then `LANGSMITH_TRACING`, each also under LangChain's prefix.
fn tracing_switch(vars: &Variables<'_>) -> Option<Found> {
    vars.get("TRACING_V2").or_else(|| vars.get("TRACING"))
}

/// Whether tracing is wanted. Off by default, and off where that is not clear.
pub(crate) fn tracing_is_on(vars: &Variables<'_>) -> bool {
    tracing_switch(vars).is_some_and(|found| is_one_of(ON, &found.value))
}

/// Somebody who sets the switch to an unknown word wants something, so tracing is not left off without a word. Told
/// once in a process.
pub(crate) fn warn_of_unclear_switch(vars: &Variables<'_>) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let Some(found) = tracing_switch(vars) else { return };
    if !is_one_of(ON, &found.value) && !is_one_of(OFF, &found.value) {
        let error = ConfigError::malformed(&found.name, Some(&found.value), "true or false");
        // who is told may come here again
        if !TOLD.swap(true, Relaxed) {
            process_wide().call(&format!("tracing is off: {error}"));
        }
    }
}
