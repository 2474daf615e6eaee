//! The parts of a multipart body, put together to operations.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::{
    json,
    limits::Limits,
    multipart::{self, Part},
    problem::Problem,
    run_fields::{self, Fault},
};
use crate::model::change::{Batch, Kind, NewAttachment, NewFeedback, RunChange};

/// Reads the body of `POST /runs/multipart`.
pub(crate) fn read_multipart(body: &Bytes, boundary: &str, limits: &Limits) -> Result<Batch, Problem> {
    let mut gathering = Gathering::default();
    for part in multipart::parse(body, boundary, limits)? {
        let name = part.name.clone();
        if let Err(fault) = gathering.add(part) {
            gathering.batch.rejected.push(fault.at(name));
        }
    }
    Ok(gathering.finish())
}

/// What the name of a part says it is.
#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Main(Kind, Uuid),
    Field(Kind, Uuid, &'a str),
    Attachment(Uuid, &'a str),
    Feedback(Uuid),
}

fn target(name: &str) -> Result<Target<'_>, Fault> {
    let (what, rest) = name.split_once('.').unwrap_or((name, ""));
    let (id, field) = match rest.split_once('.') {
        Some((id, field)) => (id, Some(field)),
        None => (rest, None),
    };
    let kind = match what {
        "post" => Some(Kind::Post),
        "patch" => Some(Kind::Patch),
        "attachment" | "feedback" => None,
        _ => {
            let msg = "a part has to be named post.<id>, patch.<id>, attachment.<id>.<name> or feedback.<id>";
            return Err(Fault::new(msg, "unknown_part"));
        }
    };
    let id = Uuid::try_parse(id)
        .map_err(|_| Fault::new("the name of the part holds no UUID after its first dot", "uuid_parsing"))?;
    match (kind, field) {
        (Some(kind), None) => Ok(Target::Main(kind, id)),
        (Some(kind), Some(field)) if !field.is_empty() => Ok(Target::Field(kind, id, field)),
        (None, Some(file)) if what == "attachment" && !file.is_empty() => Ok(Target::Attachment(id, file)),
        (None, None) if what == "feedback" => Ok(Target::Feedback(id)),
        _ => Err(Fault::new("the name of the part has too few or too many sections", "unknown_part")),
    }
}

/// Operations while their parts come in, in any order.
#[derive(Default)]
struct Gathering {
    /// `None`: a part of it was bad, so the operation is dropped as a whole.
    operations: Vec<Option<RunChange>>,
    places: HashMap<(Uuid, Kind), usize>,
    files: Vec<(Uuid, NewAttachment)>,
    batch: Batch,
}

impl Gathering {
    fn add(&mut self, part: Part) -> Result<(), Fault> {
        match target(&part.name)? {
            Target::Main(kind, id) => self.operation(kind, id, &part.body, |change, raw| {
                run_fields::read(change, &run_fields::members(raw.get())?)
            }),
            Target::Field(kind, id, field) => {
                self.operation(kind, id, &part.body, |change, raw| run_fields::field(change, field, raw))
            }
            Target::Attachment(id, name) => {
                let file = NewAttachment { name: name.to_owned(), mime: part.content_type, data: part.body };
                self.files.push((id, file));
                Ok(())
            }
            Target::Feedback(id) => {
                self.batch.feedback.push(feedback(id, &part.body)?);
                Ok(())
            }
        }
    }

    fn operation(
        &mut self,
        kind: Kind,
        id: Uuid,
        body: &[u8],
        read: impl FnOnce(&mut RunChange, &RawValue) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let place = *self.places.entry((id, kind)).or_insert_with(|| {
            self.operations.push(Some(RunChange::new(id, kind)));
            self.operations.len() - 1
        });
        let Some(slot) = self.operations.get_mut(place) else { return Ok(()) };
        let Some(change) = slot else { return Ok(()) };
        let result = value(body).and_then(|json| {
            let raw = serde_json::from_str(&json).map_err(|error| invalid(&error.to_string()))?;
            read(change, raw)
        });
        if result.is_err() {
            *slot = None;
        }
        result
    }

    fn finish(mut self) -> Batch {
        for (id, file) in self.files {
            let place = self.places.get(&(id, Kind::Post)).or_else(|| self.places.get(&(id, Kind::Patch)));
            match place.and_then(|place| self.operations.get_mut(*place)) {
                Some(Some(change)) => change.attachments.push(file),
                // of an operation that was dropped
                Some(None) => {}
                // of a run that came before, or of none: the store knows
                None => {
                    let mut change = RunChange::new(id, Kind::Patch);
                    change.attachments.push(file);
                    self.operations.push(Some(change));
                }
            }
        }
        self.batch.changes = self.operations.into_iter().flatten().collect();
        self.batch
    }
}

fn value(body: &[u8]) -> Result<std::borrow::Cow<'_, str>, Fault> {
    json::check(body).map_err(|error| invalid(&error))
}

fn invalid(error: &str) -> Fault {
    Fault::new(format!("the part is not valid JSON: {error}"), "json_invalid")
}

fn feedback(id: Uuid, body: &[u8]) -> Result<NewFeedback, Fault> {
    let json = value(body)?;
    let members = run_fields::members(&json)
        .map_err(|_| Fault::new("feedback has to be a JSON object", "object_type"))?;
    let text = |key: &str| members.get(key).and_then(|raw| json::text(raw));
    let uuid = |key: &str| {
        let parse = |text: String| {
            Uuid::try_parse(&text).map_err(|_| Fault::new(format!("{key} is not a UUID"), "uuid_parsing"))
        };
        text(key).map(parse).transpose()
    };
    let score = match text("score").as_deref() {
        Some("true") => Some(1.0),
        Some("false") => Some(0.0),
        score => score.and_then(|score| score.parse().ok()),
    };
    Ok(NewFeedback {
        id,
        run_id: uuid("run_id")?,
        trace_id: uuid("trace_id")?,
        key: text("key"),
        score,
        value: members.get("value").filter(|raw| !json::is_null(raw)).map(|raw| raw.get().to_owned()),
        comment: text("comment"),
        document: json.into_owned(),
    })
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
