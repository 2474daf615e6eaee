//! Looks up variables by name, and reads switches and numbers, as the Python SDK does.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::error::ConfigError;
use super::limits::Allowed;
use super::tidy::tidy;
use super::variable_names::{TRACING, TRACING_V2};
use crate::accounting::process_wide;

/// Looks up variables: of the process, or of a test.
pub(crate) struct Variables<'a>(pub(crate) &'a dyn Fn(&str) -> Option<String>);

/// A value, and the name that it was found under.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Variables<'_> {
    /// Looks up a `LANGSMITH_` name, then the same with `LANGCHAIN_`. A blank value counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<Found> {
        self.exact(name).or_else(|| {
            let suffix = name.strip_prefix("LANGSMITH_")?;
            self.exact(&format!("LANGCHAIN_{suffix}"))
        })
    }

    /// Looks up exactly this name, and tidies its value. A blank value counts as unset.
    pub(crate) fn exact(&self, name: &str) -> Option<Found> {
        let value = (self.0)(name)?;
        let value = tidy(&value)?.to_owned();
        Some(Found { name: name.to_owned(), value })
    }

    /// Reads a switch: on for `true` (the Python SDK's only word) and for `1`, `yes`, `on`.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).map(|found| is_one_of(ON, &found.value))
    }

    /// Whether a switch that is on by default is set to off.
    pub(crate) fn is_off(&self, name: &str) -> bool {
        self.get(name).is_some_and(|found| is_one_of(OFF, &found.value))
    }

    /// Reads a switch that hides something: on for any word but those for off. When in doubt, data stays private.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.get(name).is_some_and(|found| !is_one_of(OFF, &found.value))
    }

    /// Reads a number.
    pub(super) fn number<T: FromStr + PartialOrd>(
        &self,
        name: &str,
        allowed: &Allowed<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.get(name) else { return Ok(None) };
        match found.value.parse::<T>() {
            Ok(number) if allowed.range.contains(&number) => Ok(Some(number)),
            _ => Err(ConfigError::malformed(&found.name, Some(&found.value), allowed.description)),
        }
    }
}

const ON: [&str; 4] = ["true", "1", "yes", "on"];
const OFF: [&str; 4] = ["false", "0", "no", "off"];

fn is_one_of(words: [&str; 4], value: &str) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn tracing_switch(vars: &Variables<'_>) -> Option<Found> {
    vars.get(TRACING_V2).or_else(|| vars.get(TRACING))
}

/// Whether tracing is on. Off by default, and for an unknown word.
pub(crate) fn tracing_is_on(vars: &Variables<'_>) -> bool {
    tracing_switch(vars).is_some_and(|found| is_one_of(ON, &found.value))
}

/// Warns if the tracing switch has an unknown word, which leaves tracing off. Once per process.
pub(crate) fn warn_of_unknown_switch(vars: &Variables<'_>) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    let Some(found) = tracing_switch(vars) else { return };
    if !is_one_of(ON, &found.value) && !is_one_of(OFF, &found.value) {
        let error = ConfigError::malformed(&found.name, Some(&found.value), "true or false");
        // the warning may run the program's code, which may come here again
        if !WARNED.swap(true, Relaxed) {
            process_wide().call(&format!("tracing is off: {error}"));
        }
    }
}
