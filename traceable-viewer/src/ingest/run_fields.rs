//! The fields of a run, from JSON to a [`RunChange`].

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::json;
use crate::model::{
    change::{NewAttachment, ProjectRef, Rejection, RunChange},
    dotted_order, time,
};

/// The members of a JSON object, not read further.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// What is wrong with one field: words for people and a word for programs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) msg: String,
    pub(crate) kind: &'static str,
}

impl Fault {
    pub(crate) fn new(msg: impl Into<String>, kind: &'static str) -> Self {
        Fault { msg: msg.into(), kind }
    }

    pub(crate) fn at(self, loc: impl Into<String>) -> Rejection {
        Rejection::new(loc, self.msg, self.kind)
    }
}

/// Splits an object into its members.
pub(crate) fn members(json: &str) -> Result<Members<'_>, Fault> {
    serde_json::from_str(json).map_err(|_| Fault::new("a run has to be a JSON object", "object_type"))
}

/// Reads all members of a run into the change. Fields that are null say nothing.
pub(crate) fn read(change: &mut RunChange, members: &Members<'_>) -> Result<(), Fault> {
    let mut project = ProjectRef { id: None, name: None };
    let mut address = None;
    for (key, raw) in members {
        if json::is_null(raw) {
            continue;
        }
        match key.as_str() {
            "id" => {
                if uuid(raw, "id")? != change.id {
                    return Err(Fault::new("id is not the id of the request or part", "id_mismatch"));
                }
            }
            "session_id" => project.id = Some(uuid(raw, "session_id")?),
            "session_name" => project.name = json::text(raw).filter(|name| !name.is_empty()),
            "address" => address = self::address(raw),
            _ => field(change, key, raw)?,
        }
    }
    project.name = project.name.or(address);
    if project.id.is_some() || project.name.is_some() {
        change.project = Some(project);
    }
    change.has_main = true;
    check_place(change)
}

/// Reads one field, a member of a run or a part of its own.
pub(crate) fn field(change: &mut RunChange, key: &str, raw: &RawValue) -> Result<(), Fault> {
    if json::is_null(raw) {
        return Ok(());
    }
    match key {
        "name" => change.name = json::text(raw),
        "run_type" => change.run_type = json::text(raw),
        "start_time" => change.start_us = Some(moment(raw, key)?),
        "end_time" => change.end_us = Some(moment(raw, key)?),
        "parent_run_id" => change.parent_id = Some(uuid(raw, key)?),
        "trace_id" => change.trace_id = Some(uuid(raw, key)?),
        "reference_example_id" => change.reference_example_id = Some(uuid(raw, key)?),
        "dotted_order" => {
            let text = json::text(raw).unwrap_or_default();
            let order =
                dotted_order::parse(&text).map_err(|error| Fault::new(error.to_string(), "dotted_order"))?;
            change.dotted_order = Some(order);
        }
        // an empty text is no error to the SDKs
        "error" => change.error = json::text(raw).filter(|error| !error.is_empty()),
        "tags" => change.tags = Some(tags(raw)),
        "inputs" => change.inputs = Some(object(raw, "input")),
        "outputs" => change.outputs = Some(object(raw, "output")),
        "extra" => change.extra = Some(object(raw, "extra")),
        "events" => change.events = Some(array(raw)),
        "serialized" => change.serialized = Some(raw.get().to_owned()),
        "attachments" => attachments(change, raw)?,
        // follows from error and end
        "status" => {}
        _ if json::is_nothing(raw) => {}
        _ => {
            change.unknown.insert(key.to_owned(), raw.get().to_owned());
        }
    }
    Ok(())
}

/// Whether ids, parent and dotted order agree. LangSmith refuses runs in which they do not.
fn check_place(change: &RunChange) -> Result<(), Fault> {
    let wrong = |msg: &str| Err(Fault::new(msg, "dotted_order"));
    if change.parent_id == Some(change.id) {
        return wrong("a run cannot be its own parent");
    }
    let Some(order) = &change.dotted_order else { return Ok(()) };
    if order.run_id() != change.id {
        return wrong("dotted_order does not end with the id of the run");
    }
    if change.trace_id.is_some_and(|trace| trace != order.trace_id()) {
        return wrong("dotted_order does not begin with trace_id");
    }
    match (change.parent_id, order.parent_run_id()) {
        (Some(parent), Some(above)) if parent != above => {
            wrong("parent_run_id is not the last but one id of dotted_order")
        }
        (Some(_), None) => wrong("a run with parent_run_id needs its parent in dotted_order"),
        _ => Ok(()),
    }
}

fn uuid(raw: &RawValue, key: &str) -> Result<Uuid, Fault> {
    let text = json::text(raw).unwrap_or_default();
    Uuid::try_parse(text.trim()).map_err(|_| Fault::new(format!("{key} is not a UUID"), "uuid_parsing"))
}

fn moment(raw: &RawValue, key: &str) -> Result<i64, Fault> {
    let text = json::text(raw).unwrap_or_default();
    let us = match text.trim().parse::<f64>() {
        Ok(ms) => time::from_epoch_ms(ms),
        Err(_) => time::parse_iso(&text),
    };
    us.ok_or_else(|| {
        let msg = format!("{key} is neither an ISO 8601 time nor milliseconds since 1970");
        Fault::new(msg, "datetime_parsing")
    })
}

fn tags(raw: &RawValue) -> Vec<String> {
    match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        Ok(list) => list.into_iter().filter_map(json::text).collect(),
        Err(_) => json::text(raw).into_iter().collect(),
    }
}

/// Clients read inputs and outputs as objects and fail on anything else, so a value that is none is put into one.
fn object(raw: &RawValue, key: &str) -> String {
    match raw.get().as_bytes().first() {
        Some(b'{') if json::is_nothing(raw) => "{}".to_owned(),
        Some(b'{') => raw.get().to_owned(),
        _ => format!("{{\"{key}\":{}}}", raw.get()),
    }
}

fn array(raw: &RawValue) -> String {
    if raw.get().starts_with('[') { raw.get().to_owned() } else { format!("[{}]", raw.get()) }
}

/// The project that an agent's address stands for.
fn address(raw: &RawValue) -> Option<String> {
    let members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
    let text = |key: &str| members.get(key).and_then(|raw| json::text(raw));
    let id = text("id")?;
    Some(match text("environment") {
        Some(environment) => format!("{id} ({environment})"),
        None => id,
    })
}

/// `{"name": ["media type", "base64"]}`, as single runs carry them.
fn attachments(change: &mut RunChange, raw: &RawValue) -> Result<(), Fault> {
    let wrong = || Fault::new("attachments has to be {name: [media type, base64]}", "attachment");
    let files: BTreeMap<String, (String, String)> = serde_json::from_str(raw.get()).map_err(|_| wrong())?;
    for (name, (mime, data)) in files {
        let data = base64::engine::general_purpose::STANDARD.decode(data).map_err(|_| wrong())?;
        change.attachments.push(NewAttachment { name, mime, data: data.into() });
    }
    Ok(())
}

#[cfg(test)]
#[path = "run_fields_tests.rs"]
mod tests;
