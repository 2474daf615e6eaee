//! From the parts of a multipart body to operations: what the name of a part says, and which parts belong together.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ingest::{
    charges::Charges,
    json_repair, lenient_json,
    multipart::{self, Part},
    request_error::RequestError,
    request_limits::RequestLimits,
    run_fields,
};
use crate::memory_budget::Reservation;
use crate::model::{
    change::{Batch, ChangeKind, NewAttachment, NewFeedback, RunChange},
    validation_error::ValidationReason,
};

/// Reads the body of `POST /runs/multipart`.
pub(crate) fn read_multipart(
    body: &Bytes,
    boundary: &str,
    limits: &RequestLimits,
    reservation: &mut Reservation,
) -> Result<Batch, RequestError> {
    let mut assembly = PartAssembly::default();
    let mut charges = Charges::new(reservation);
    multipart::for_each_part(body, boundary, limits, |part| {
        let copied = match part.body.len() {
            // a file stays a slice of the body
            _ if part.name.starts_with("attachment.") => 0,
            len if lenient_json::is_strict(&part.body) => len,
            len => len.saturating_add(json_repair::most_bytes(len)),
        };
        charges.operation(copied + part.name.len())?;
        let name = part.name.clone();
        if let Err(reason) = assembly.add(part) {
            assembly.batch.rejected.push(reason.at(name));
        }
        Ok(())
    })?;
    let batch = assembly.finish();
    charges.settle(&batch)?;
    Ok(batch)
}

/// What the name of a part says it is.
#[derive(Debug, PartialEq, Eq)]
enum Target<'a> {
    Main(ChangeKind, Uuid),
    Field(ChangeKind, Uuid, &'a str),
    Attachment(Uuid, &'a str),
    Feedback(Uuid),
}

fn target(name: &str) -> Result<Target<'_>, ValidationReason> {
    let (what, rest) = name.split_once('.').unwrap_or((name, ""));
    let (id, field) = match rest.split_once('.') {
        Some((id, field)) => (id, Some(field)),
        None => (rest, None),
    };
    let kind = match what {
        "post" => Some(ChangeKind::Post),
        "patch" => Some(ChangeKind::Patch),
        "attachment" | "feedback" => None,
        _ => return Err(ValidationReason::UnknownPart),
    };
    let id = Uuid::try_parse(id).map_err(|_| ValidationReason::PartId)?;
    match (kind, field) {
        (Some(kind), None) => Ok(Target::Main(kind, id)),
        (Some(kind), Some(field)) if !field.is_empty() => Ok(Target::Field(kind, id, field)),
        (None, Some(file)) if what == "attachment" && !file.is_empty() => Ok(Target::Attachment(id, file)),
        (None, None) if what == "feedback" => Ok(Target::Feedback(id)),
        _ => Err(ValidationReason::PartSections),
    }
}

/// Operations while their parts come in, in any order.
#[derive(Default)]
struct PartAssembly {
    /// `None`: one of its parts contradicts itself or another, so the whole operation is dropped.
    operations: Vec<Option<RunChange>>,
    indexes: HashMap<(Uuid, ChangeKind), usize>,
    files: Vec<(Uuid, NewAttachment)>,
    batch: Batch,
}

impl PartAssembly {
    fn add(&mut self, part: Part) -> Result<(), ValidationReason> {
        match target(&part.name)? {
            Target::Main(kind, id) => self.operation(kind, id, |change| main(change, &part.body)),
            Target::Field(kind, id, field) => {
                self.operation(kind, id, |change| self::field(change, field, &part.body))
            }
            Target::Attachment(id, name) => {
                let file = NewAttachment::new(name.to_owned(), part.content_type, part.body);
                self.files.push((id, file));
                Ok(())
            }
            Target::Feedback(id) => {
                self.batch.feedback.push(read_feedback(id, &part.body)?);
                Ok(())
            }
        }
    }

    fn operation(
        &mut self,
        kind: ChangeKind,
        id: Uuid,
        read: impl FnOnce(&mut RunChange) -> Result<(), ValidationReason>,
    ) -> Result<(), ValidationReason> {
        let index = *self.indexes.entry((id, kind)).or_insert_with(|| {
            self.operations.push(Some(RunChange::new(id, kind)));
            self.operations.len() - 1
        });
        let Some(slot) = self.operations.get_mut(index) else { return Ok(()) };
        let Some(change) = slot else { return Ok(()) };
        let result = read(change);
        // a text that is no JSON costs its own field, what contradicts itself the operation
        if result.as_ref().is_err_and(|reason| !matches!(reason, ValidationReason::PartJson(_))) {
            *slot = None;
        }
        result
    }

    fn finish(mut self) -> Batch {
        for (id, file) in self.files {
            let index = self
                .indexes
                .get(&(id, ChangeKind::Post))
                .or_else(|| self.indexes.get(&(id, ChangeKind::Patch)));
            match index.and_then(|index| self.operations.get_mut(*index)) {
                Some(Some(change)) => change.attachments.push(file),
                // of an operation that was dropped
                Some(None) => {}
                // of a run that came before, or of none: the store knows
                None => {
                    let mut change = RunChange::new(id, ChangeKind::Patch);
                    change.attachments.push(file);
                    self.operations.push(Some(change));
                }
            }
        }
        self.batch.changes = self.operations.into_iter().flatten().collect();
        self.batch
    }
}

/// Reads a main part. Of one that is no JSON, the members that can be read count.
fn main(change: &mut RunChange, body: &[u8]) -> Result<(), ValidationReason> {
    let (json, spoilt) = match value(body) {
        Ok(json) => (json, None),
        Err(reason) => {
            let members = json_repair::repair(body).and_then(|text| json_repair::whole_members(&text));
            match members {
                Some(members) => (Cow::Owned(members), Some(reason)),
                None => return Err(reason),
            }
        }
    };
    run_fields::read(change, &run_fields::members(&json)?)?;
    spoilt.map_or(Ok(()), Err)
}

/// Reads the part of one field. If it is no JSON, the field says so; an error's text is kept, for it says what went
/// wrong in the program.
fn field(change: &mut RunChange, field: &str, body: &[u8]) -> Result<(), ValidationReason> {
    let reason = match value(body) {
        Ok(json) => return read_field(change, field, &json),
        Err(reason) => reason,
    };
    let marker = match field {
        "error" => Value::from(
            json_repair::text_between_quotes(body)
                .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()),
        ),
        "events" => json!([{ "name": format!("[not recorded: {reason}]") }]),
        "serialized" => json!({ "name": format!("[not recorded: {reason}]") }),
        _ => Value::from(format!("[not recorded: {reason}]")),
    };
    read_field(change, field, &marker.to_string())?;
    Err(reason)
}

fn read_field(change: &mut RunChange, field: &str, json: &str) -> Result<(), ValidationReason> {
    let raw = serde_json::from_str(json).map_err(|error| invalid(&error.to_string()))?;
    run_fields::field(change, field, raw)
}

fn value(body: &[u8]) -> Result<Cow<'_, str>, ValidationReason> {
    lenient_json::check(body).map_err(|error| invalid(&error))
}

fn invalid(error: &str) -> ValidationReason {
    ValidationReason::PartJson(error.to_owned())
}

/// Reads feedback, a JSON object.
pub(crate) fn read_feedback(id: Uuid, body: &[u8]) -> Result<NewFeedback, ValidationReason> {
    let json = value(body)?;
    let members = run_fields::members(&json).map_err(|_| ValidationReason::FeedbackNotAnObject)?;
    let text = |key: &str| members.get(key).and_then(|raw| lenient_json::text(raw));
    let uuid = |key: &str| {
        let parse =
            |text: String| Uuid::try_parse(&text).map_err(|_| ValidationReason::NotAUuid(key.to_owned()));
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
        value: members.get("value").filter(|raw| !lenient_json::is_null(raw)).map(|raw| raw.get().to_owned()),
        comment: text("comment"),
        document: json.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::encoded_text::EncodedText;

    const ID: &str = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
    const OTHER: &str = "01a2036e-0beb-710d-96ed-c3ae3327ba64";

    fn assemble(parts: &[(String, &str)]) -> Batch {
        let mut assembly = PartAssembly::default();
        for (name, body) in parts {
            let body = Bytes::copy_from_slice(body.as_bytes());
            let part = Part { name: name.clone(), content_type: "application/json".to_owned(), body };
            if let Err(reason) = assembly.add(part) {
                assembly.batch.rejected.push(reason.at(name.as_str()));
            }
        }
        assembly.finish()
    }

    #[test]
    fn fields_may_come_before_their_main_part() {
        let batch = assemble(&[
            (format!("attachment.{ID}.a.b"), "data"),
            (format!("post.{ID}.outputs"), r#"{"b":2}"#),
            (format!("post.{ID}"), r#"{"name":"n"}"#),
            (format!("post.{ID}.inputs"), r#"{"a":1}"#),
            (format!("patch.{ID}.error"), r#""boom""#),
        ]);
        assert_eq!(batch.rejected.len(), 0);
        let [post, patch] = &batch.changes[..] else { panic!("{batch:?}") };
        assert!(post.has_main && !patch.has_main);
        assert_eq!(post.inputs, Some(EncodedText::new(r#"{"a":1}"#)));
        assert_eq!(post.outputs, Some(EncodedText::new(r#"{"b":2}"#)));
        assert_eq!(post.attachments[0].name, "a.b");
        assert_eq!(patch.error, Some(EncodedText::new("boom")));
    }

    #[test]
    fn one_bad_part_drops_its_operation_only() {
        let batch = assemble(&[
            (format!("post.{ID}"), "{}"),
            (format!("post.{ID}.dotted_order"), "\"nonsense\""),
            (format!("post.{ID}.outputs"), "{}"),
            (format!("attachment.{ID}.file"), "data"),
            (format!("post.{OTHER}"), "{}"),
            ("example.x".to_owned(), "{}"),
            ("post.12".to_owned(), "{}"),
            (format!("feedback.{ID}.x"), "{}"),
            (format!("attachment.{ID}"), "x"),
        ]);
        assert_eq!(batch.changes.len(), 1);
        assert_eq!(batch.changes[0].id.to_string(), OTHER);
        let kinds: Vec<_> = batch.rejected.listed.iter().map(|error| error.kind).collect();
        assert_eq!(kinds, ["dotted_order", "unknown_part", "uuid_parsing", "unknown_part", "unknown_part"]);
        assert_eq!(batch.rejected.listed[0].loc, [format!("post.{ID}.dotted_order")]);
    }

    #[test]
    fn a_part_that_is_no_json_costs_its_field_only() {
        let batch = assemble(&[
            (format!("patch.{ID}"), r#"{"end_time":"2026-11-22T13:24:33","name":"cut"#),
            (format!("patch.{ID}.inputs"), "{broken"),
            (format!("patch.{ID}.outputs"), r#"{"a":"\ud83d"}"#),
            (format!("patch.{ID}.events"), "["),
            (format!("patch.{ID}.serialized"), "nul"),
            (format!("patch.{ID}.error"), "ValueError('x') \"cut"),
            (format!("post.{OTHER}"), "broken"),
            (format!("post.{OTHER}.outputs"), "{}"),
        ]);
        let [change, other] = &batch.changes[..] else { panic!("{batch:?}") };
        assert!(change.has_main && change.end_us.is_some() && change.name.is_none());
        let text =
            |text: &Option<EncodedText>| EncodedText::decode(text.as_ref().unwrap().as_bytes()).unwrap();
        assert!(text(&change.inputs).starts_with(r#"{"input":"[not recorded: the part is not valid JSON"#));
        assert_eq!(text(&change.outputs), r#"{"a":"\ufffd"}"#);
        assert!(text(&change.events).starts_with(r#"[{"name":"[not recorded"#));
        assert!(text(&change.serialized).starts_with(r#"{"name":"[not recorded"#));
        assert_eq!(text(&change.error), "ValueError('x') \"cut");
        assert!(!other.has_main && other.outputs.is_some());
        assert_eq!(batch.rejected.len(), 6);
    }

    #[test]
    fn feedback_is_read_and_kept() {
        let json =
            format!(r#"{{"run_id":"{OTHER}","key":"good","score":true,"value":{{"a":1}},"comment":null}}"#);
        let batch = assemble(&[(format!("feedback.{ID}"), &json)]);
        let feedback = &batch.feedback[0];
        assert_eq!(feedback.run_id.unwrap().to_string(), OTHER);
        assert_eq!((feedback.score, feedback.key.as_deref()), (Some(1.0), Some("good")));
        assert_eq!(feedback.value.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(feedback.document, json);
    }
}
