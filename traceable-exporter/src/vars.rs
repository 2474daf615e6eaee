//! Reading settings by name, the way the Python SDK does.

use std::str::FromStr;

use crate::error::ConfigError;

/// Where settings come from: a name in, a value out.
pub(crate) struct Vars<'a>(pub(crate) &'a dyn Fn(&str) -> Option<String>);

/// A value and the full name it was found under.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Vars<'_> {
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
        self.get(suffix).map(|found| is_on(&found.value))
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

fn is_on(value: &str) -> bool {
    ["true", "1", "yes", "on"].iter().any(|on| value.eq_ignore_ascii_case(on))
}

/// `LANGSMITH_TRACING_V2`, then `LANGSMITH_TRACING`, each also under LangChain's prefix. Off by default.
pub(crate) fn tracing_is_on(vars: &Vars<'_>) -> bool {
    vars.switch("TRACING_V2").or_else(|| vars.switch("TRACING")).unwrap_or(false)
}
