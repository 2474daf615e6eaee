//! Redacts one part of a run; a part that fails becomes a marker.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use traceable_core::{Payload, RunOperation};

/// A function of the program's own.
type Function = dyn Fn(Value) -> Value + Send + Sync;

/// How inputs, outputs or metadata are redacted.
#[derive(Clone)]
pub(super) enum PartRule {
    Shown,
    Hidden,
    By(Arc<Function>),
}

/// Why a part could not be redacted.
pub(super) type Problem = &'static str;

pub(super) const PANICKED: Problem = "its redaction panicked";
pub(super) const UNREADABLE: Problem = "it cannot be read to be redacted";
const TOO_LARGE: Problem = "larger than 10 MiB when redacted";

/// The limit that core sets for captured parts too.
const MAX_BYTES: usize = 10 << 20;

impl PartRule {
    pub(super) fn hidden_if(hide: bool) -> PartRule {
        if hide { PartRule::Hidden } else { PartRule::Shown }
    }

    pub(super) fn by(f: impl Fn(Value) -> Value + Send + Sync + 'static) -> PartRule {
        PartRule::By(Arc::new(f))
    }

    /// The replacement of an object; `None`: it stays. `key`: the entry that holds a result that is no object.
    pub(super) fn apply(&self, payload: &Payload, key: &str) -> Result<Option<Payload>, Problem> {
        match self {
            PartRule::Shown => Ok(None),
            PartRule::Hidden => Ok(Some(empty())),
            PartRule::By(function) => {
                // a value too deep for the parser must not reach the function as a text
                serde_json::from_slice::<Value>(payload.as_bytes()).map_err(|_| UNREADABLE)?;
                let object = call(&**function, payload.to_value(), key)?;
                to_payload(&Value::Object(object).to_string()).map(Some)
            }
        }
    }

    /// As [`apply`](Self::apply), for a map.
    pub(super) fn apply_to_map(
        &self,
        map: impl FnOnce() -> Map<String, Value>,
    ) -> Result<Option<Object>, Problem> {
        match self {
            PartRule::Shown => Ok(None),
            PartRule::Hidden => Ok(Some(Map::new())),
            PartRule::By(function) => call(&**function, Value::Object(map()), "metadata").map(Some),
        }
    }
}

type Object = Map<String, Value>;

fn call(function: &Function, value: Value, key: &str) -> Result<Object, Problem> {
    match safely(|| function(value))? {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(Map::new()),
        other => Ok(Map::from_iter([(key.to_owned(), other)])),
    }
}

/// Runs the program's code, and catches its panics.
pub(super) fn safely<R>(f: impl FnOnce() -> R) -> Result<R, Problem> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|_| PANICKED)
}

/// Checks redacted JSON.
pub(super) fn to_payload(json: &str) -> Result<Payload, Problem> {
    if json.len() > MAX_BYTES {
        return Err(TOO_LARGE);
    }
    Payload::from_json(json.as_bytes()).map_err(|_| UNREADABLE)
}

/// `{}`
pub(super) fn empty() -> Payload {
    Payload::of(&Map::<String, Value>::new())
}

/// The marker of a part that could not be redacted. Core uses the same words for a part that could not be captured.
pub(super) fn marker(problem: Problem) -> String {
    format!("[not recorded: {problem}]")
}

/// As [`marker`], as an object.
pub(super) fn marker_object(field: &str, problem: Problem) -> Payload {
    Payload::of(&json!({ field: marker(problem) }))
}

impl PartialEq for PartRule {
    fn eq(&self, other: &PartRule) -> bool {
        match (self, other) {
            (PartRule::Shown, PartRule::Shown) | (PartRule::Hidden, PartRule::Hidden) => true,
            (PartRule::By(one), PartRule::By(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl fmt::Debug for PartRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PartRule::Shown => "shown",
            PartRule::Hidden => "hidden",
            PartRule::By(_) => "by a function",
        })
    }
}

/// Replaces a part by its redacted form, or by a marker if that failed.
pub(super) fn replace(
    payload: &mut Payload,
    redacted: Result<Option<Payload>, Problem>,
    field: &str,
    failed: &mut u64,
) {
    match redacted {
        Ok(None) => {}
        Ok(Some(new)) => *payload = new,
        Err(problem) => {
            *payload = marker_object(field, problem);
            *failed += 1;
        }
    }
}

/// Replaces all metadata by a marker, and counts that.
pub(super) fn fail_metadata(operation: &mut RunOperation, problem: Problem, failed: &mut u64) {
    operation.set_metadata(Map::from_iter([("metadata".to_owned(), marker(problem).into())]));
    *failed += 1;
}
