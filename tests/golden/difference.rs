//! Where two JSON values differ, and which of the differences are meant to be.

use serde_json::Value;

/// What one side has at a place.
#[derive(Debug)]
pub(crate) enum Has {
    Nothing,
    Something,
    This(Value),
}

/// A difference that is meant to be.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The run, then the way to the field: `#2.extra.metadata.cancelled`. `*` stands for every run. A place
    /// that ends in `.` stands for all that is below.
    ///
    /// Where start and end of a run are compared apart, `post` or `patch` comes behind the run. A place
    /// without it holds for both.
    at: &'static str,
    python: Has,
    rust: Has,
    reason: &'static str,
}

/// Only Python sends this.
pub(crate) fn python_only(at: &'static str, value: impl Into<Value>, reason: &'static str) -> Difference {
    Difference { at, python: Has::This(value.into()), rust: Has::Nothing, reason }
}

/// Only we send this.
pub(crate) fn rust_only(at: &'static str, value: impl Into<Value>, reason: &'static str) -> Difference {
    Difference { at, python: Has::Nothing, rust: Has::This(value.into()), reason }
}

/// Only we send something here, which is not the same each time.
pub(crate) fn rust_only_some(at: &'static str, reason: &'static str) -> Difference {
    Difference { at, python: Has::Nothing, rust: Has::Something, reason }
}

/// Python sends the first, we send the second.
pub(crate) fn changed(
    at: &'static str,
    python: impl Into<Value>,
    rust: impl Into<Value>,
    reason: &'static str,
) -> Difference {
    Difference { at, python: Has::This(python.into()), rust: Has::This(rust.into()), reason }
}

/// Both send something that describes themselves.
pub(crate) fn each_its_own(at: &'static str, reason: &'static str) -> Difference {
    Difference { at, python: Has::Something, rust: Has::Something, reason }
}

impl Difference {
    fn covers(&self, found: &Found<'_>) -> bool {
        let (run, field) = found.at.split_once('.').unwrap_or((&found.at, ""));
        let (wanted_run, wanted_field) = self.at.split_once('.').unwrap_or((self.at, ""));
        let without_kind = field.strip_prefix("post.").or_else(|| field.strip_prefix("patch."));
        let fits = |field: &str| match wanted_field.ends_with('.') {
            // what is below describes the side itself, so that it may have more or less there
            true => field.starts_with(wanted_field),
            false => field == wanted_field && self.python.is(found.python) && self.rust.is(found.rust),
        };
        (wanted_run == "*" || wanted_run == run) && (fits(field) || without_kind.is_some_and(fits))
    }
}

impl Has {
    fn is(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Has::Nothing, None) | (Has::Something, Some(_)) => true,
            (Has::This(expected), Some(value)) => expected == value,
            _ => false,
        }
    }
}

struct Found<'a> {
    at: String,
    python: Option<&'a Value>,
    rust: Option<&'a Value>,
}

/// Compares values with each other, under a list of differences that are meant to be.
pub(crate) struct Comparison<'a> {
    meant: Vec<(&'a Difference, bool)>,
    wrong: Vec<String>,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(meant: impl IntoIterator<Item = &'a Difference>) -> Comparison<'a> {
        Comparison {
            meant: meant.into_iter().map(|difference| (difference, false)).collect(),
            wrong: Vec::new(),
        }
    }

    /// Compares two values; `what` names them in what is said when they differ.
    pub(crate) fn compare(&mut self, what: &str, python: &Value, rust: &Value) {
        let mut found = Vec::new();
        walk(String::new(), Some(python), Some(rust), &mut found);
        for found in found {
            let mut covered = false;
            for (difference, is_used) in &mut self.meant {
                if difference.covers(&found) {
                    (covered, *is_used) = (true, true);
                }
            }
            if !covered {
                let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
                let (python, rust) = (show(found.python), show(found.rust));
                self.wrong
                    .push(format!("{what}, {}:\n  Python sends {python}\n  Rust sends {rust}", found.at));
            }
        }
    }

    /// Panics if there was a difference that is not meant to be, or one that is and was not there.
    #[track_caller]
    pub(crate) fn finish(mut self) {
        for (difference, _) in self.meant.iter().filter(|(_, is_used)| !is_used) {
            self.wrong.push(format!("a difference that is no more: {difference:?}"));
        }
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
        assert!(self.meant.iter().all(|(difference, _)| !difference.reason.is_empty()));
    }
}

fn walk<'a>(at: String, python: Option<&'a Value>, rust: Option<&'a Value>, found: &mut Vec<Found<'a>>) {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (python, rust) {
        (Some(Value::Object(python)), Some(Value::Object(rust))) => {
            let mut keys: Vec<&String> = python.keys().chain(rust.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                walk(below(key), python.get(key), rust.get(key), found);
            }
        }
        (Some(Value::Array(python)), Some(Value::Array(rust))) if python.len() == rust.len() => {
            for (index, (python, rust)) in python.iter().zip(rust).enumerate() {
                walk(below(&index.to_string()), Some(python), Some(rust), found);
            }
        }
        _ if python != rust => found.push(Found { at, python, rust }),
        _ => {}
    }
}
