//! Bodies that are one JSON text: a run to post, a run to patch, or lists of both.

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::{
    lenient_json,
    request_error::RequestError,
    run_fields::{self, Members},
};
use crate::model::{
    change::{Batch, ChangeKind, RunChange},
    validation_error::ValidationReason,
};

/// Reads the body of `POST /runs/batch`: `{"post": [..], "patch": [..]}`.
pub(crate) fn read_batch(body: &[u8]) -> Result<Batch, RequestError> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        post: Option<Vec<&'a RawValue>>,
        #[serde(borrow)]
        patch: Option<Vec<&'a RawValue>>,
    }
    let json = checked(body)?;
    let body: Body<'_> = serde_json::from_str(&json).map_err(|_| ValidationReason::NotABatch)?;
    let mut batch = Batch::default();
    for (kind, runs) in [(ChangeKind::Post, body.post), (ChangeKind::Patch, body.patch)] {
        for (index, run) in runs.unwrap_or_default().into_iter().enumerate() {
            add(&mut batch, kind, None, run.get(), index);
        }
    }
    Ok(batch)
}

/// Reads the body of `POST /runs`.
pub(crate) fn read_post(body: &[u8]) -> Result<Batch, RequestError> {
    let json = checked(body)?;
    let mut batch = Batch::default();
    add(&mut batch, ChangeKind::Post, None, &json, 0);
    Ok(batch)
}

/// Reads the body of `PATCH /runs/{id}`.
pub(crate) fn read_patch(id: Uuid, body: &[u8]) -> Result<Batch, RequestError> {
    let json = checked(body)?;
    let mut batch = Batch::default();
    add(&mut batch, ChangeKind::Patch, Some(id), &json, 0);
    Ok(batch)
}

fn checked(body: &[u8]) -> Result<std::borrow::Cow<'_, str>, RequestError> {
    lenient_json::check(body)
        .map_err(|error| RequestError::Malformed(format!("the body is not valid JSON: {error}")))
}

fn add(batch: &mut Batch, kind: ChangeKind, id: Option<Uuid>, json: &str, index: usize) {
    let mut loc = format!("{}.{index}", kind.as_str());
    let result = run_fields::members(json).and_then(|members| {
        let id = match id {
            Some(id) => id,
            None => own_id(&members)?,
        };
        loc = format!("{}.{id}", kind.as_str());
        let mut change = RunChange::new(id, kind);
        run_fields::read(&mut change, &members)?;
        Ok(change)
    });
    match result {
        Ok(change) => batch.changes.push(change),
        Err(reason) => batch.rejected.push(reason.at(loc)),
    }
}

fn own_id(members: &Members<'_>) -> Result<Uuid, ValidationReason> {
    let text = members.get("id").and_then(|raw| lenient_json::text(raw));
    let text = text.ok_or(ValidationReason::NoId)?;
    Uuid::try_parse(text.trim()).map_err(|_| ValidationReason::NotAUuid("id".to_owned()))
}
