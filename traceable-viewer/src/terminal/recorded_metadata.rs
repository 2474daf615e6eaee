//! What a run's metadata say about how it ended and where it hangs.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

use crate::model::stored_run::{RunStatus, StoredRun};

/// How a run ended, as its line tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Error,
    Pending,
    /// The call was dropped before its end.
    Cancelled,
    /// A stream or iterator whose consumer left before its end; that is no error.
    Dropped,
}

/// The metadata of a run: keys, and values as JSON.
pub(crate) struct Metadata<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Metadata<'a> {
    /// Those of a run; none if what was recorded is no object.
    pub(crate) fn of(run: &'a StoredRun) -> Self {
        #[derive(serde::Deserialize)]
        struct Extra<'a> {
            #[serde(borrow)]
            metadata: Option<&'a RawValue>,
        }
        let extra = run.extra.as_deref().and_then(|extra| serde_json::from_str::<Extra<'a>>(extra).ok());
        let metadata = extra.and_then(|extra| serde_json::from_str(extra.metadata?.get()).ok());
        Metadata(metadata.unwrap_or_default())
    }

    pub(crate) fn ending(&self, run: &StoredRun) -> Ending {
        match run.status {
            RunStatus::Pending => Ending::Pending,
            _ if self.is_true("cancelled") => Ending::Cancelled,
            RunStatus::Error => Ending::Error,
            RunStatus::Success if self.is_true("stream_dropped") => Ending::Dropped,
            RunStatus::Success => Ending::Success,
        }
    }

    /// Why this run is a root although it had a parent, and where it was called. What is called where there is no
    /// context, and nobody suspects a parent, simply begins a trace.
    pub(crate) fn broken_trace(&self) -> Option<String> {
        let suspect = self.text("suspected_parent").map(|suspect| format!("; perhaps below {suspect}"));
        let reason = match &*self.text("broken_trace_reason")? {
            "no_context_in_task" if suspect.is_some() => "called in a task that carries no context",
            "no_context_on_thread" if suspect.is_some() => "called on a thread that carries no context",
            "other_task" => "called in a task, inside a scope of another task",
            "bad_parent" => "its parent from outside could not be read",
            "forked" => "called in a process forked from its parent's",
            _ => return None,
        };
        let site = self.text("broken_trace_site").map(|site| format!(", {site}"));
        Some(format!("a root: {reason}{}{}", site.unwrap_or_default(), suspect.unwrap_or_default()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.get()))
    }

    fn is_true(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| value.get() == "true")
    }

    fn text(&self, key: &str) -> Option<String> {
        serde_json::from_str(self.0.get(key)?.get()).ok()
    }
}
