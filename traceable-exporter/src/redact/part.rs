//! What is done to one part of a run, and what stands there when that fails.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use traceable_core::{Payload, RunOperation};

/// A function of the program's own.
type Function = dyn Fn(Value) -> Value + Send + Sync;

/// What is done to inputs, outputs or metadata.
#[derive(Clone)]
pub(super) enum Part {
    Shown,
    Hidden,
    By(Arc<Function>),
}

/// Why a part could not be redacted.
pub(super) type Problem = &'static str;

pub(super) const PANICKED: Problem = "its redaction panicked";
pub(super) const UNREADABLE: Problem = "it cannot be read to be redacted";
const TOO_LARGE: Problem = "larger than 10 MiB when redacted";

/// As much as a part of a run may have before.
const MAX_BYTES: usize = 10 << 20;

impl Part {
    pub(super) fn hidden_if(hide: bool) -> Part {
        if hide { Part::Hidden } else { Part::Shown }
    }

    pub(super) fn by(f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Part {
        Part::By(Arc::new(f))
    }

    /// What is to be sent instead of this object; `None`: itself. `key`: where a value goes that is no object.
    pub(super) fn apply(&self, payload: &Payload, key: &str) -> Result<Option<Payload>, Problem> {
        match self {
            Part::Shown => Ok(None),
            Part::Hidden => Ok(Some(empty())),
            Part::By(function) => {
                // a value too deep for the reader must not come to the function as null
                let value = serde_json::from_slice(payload.as_bytes()).map_err(|_| UNREADABLE)?;
                let object = call(&**function, value, key)?;
                to_payload(&Value::Object(object).to_string()).map(Some)
            }
        }
    }

    /// As [`apply`](Self::apply), for what is no payload.
    pub(super) fn apply_to_map(
        &self,
        map: impl FnOnce() -> Map<String, Value>,
    ) -> Result<Option<Object>, Problem> {
        match self {
            Part::Shown => Ok(None),
            Part::Hidden => Ok(Some(Map::new())),
            Part::By(function) => call(&**function, Value::Object(map()), "metadata").map(Some),
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

/// Runs code of the program's own.
pub(super) fn safely<R>(f: impl FnOnce() -> R) -> Result<R, Problem> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|_| PANICKED)
}

/// Takes what was redacted.
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

/// What says that something could not be redacted. In core it says so of what could not be captured.
pub(super) fn marker(problem: Problem) -> String {
    format!("[not recorded: {problem}]")
}

/// As [`marker`], as an object.
pub(super) fn marker_object(field: &str, problem: Problem) -> Payload {
    Payload::of(&json!({ field: marker(problem) }))
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Shown, Part::Shown) | (Part::Hidden, Part::Hidden) => true,
            (Part::By(one), Part::By(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Shown => "shown",
            Part::Hidden => "hidden",
            Part::By(_) => "by a function",
        })
    }
}

/// Puts a part's redacted form in its place; one that could not be redacted becomes a marker.
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

/// Puts a marker in the place of all metadata, and counts it.
pub(super) fn fail_metadata(operation: &mut RunOperation, problem: Problem, failed: &mut u64) {
    operation.set_metadata(Map::from_iter([("metadata".to_owned(), marker(problem).into())]));
    *failed += 1;
}
