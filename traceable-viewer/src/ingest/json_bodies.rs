//! Bodies that are one JSON text: a run to post, a run to patch, or lists of both.

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::{
    charges::Charges,
    json_repair, lenient_json,
    request_error::RequestError,
    request_limits::RequestLimits,
    run_fields::{self, Members},
};
use crate::memory_budget::Reservation;
use crate::model::{
    change::{Batch, ChangeKind, RunChange},
    validation_error::ValidationReason,
};

/// Reads the body of `POST /runs/batch`: `{"post": [..], "patch": [..]}`.
pub(crate) fn read_batch(
    body: &[u8],
    limits: &RequestLimits,
    reservation: &mut Reservation,
) -> Result<Batch, RequestError> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        post: Option<&'a RawValue>,
        #[serde(borrow)]
        patch: Option<&'a RawValue>,
    }
    let json = checked(body, reservation)?;
    let body: Body<'_> = serde_json::from_str(&json).map_err(|_| ValidationReason::NotABatch)?;
    let mut batch = Batch::default();
    let mut charges = Charges::new(reservation);
    for (kind, runs) in [(ChangeKind::Post, body.post), (ChangeKind::Patch, body.patch)] {
        let Some(runs) = runs.filter(|runs| !lenient_json::is_null(runs)) else { continue };
        let (runs, more) =
            lenient_json::list(runs.get(), limits.max_parts).map_err(|_| ValidationReason::NotABatch)?;
        if more > 0 {
            let text = format!("the body has more than {} runs to {}", limits.max_parts, kind.as_str());
            return Err(RequestError::TooLarge(text));
        }
        for (index, run) in runs.into_iter().enumerate() {
            charges.operation(run.get().len())?;
            add(&mut batch, kind, None, run.get(), index);
        }
    }
    charges.settle(&batch)?;
    Ok(batch)
}

/// Reads the body of `POST /runs`.
pub(crate) fn read_post(body: &[u8], reservation: &mut Reservation) -> Result<Batch, RequestError> {
    read_one(ChangeKind::Post, None, body, reservation)
}

/// Reads the body of `PATCH /runs/{id}`.
pub(crate) fn read_patch(
    id: Uuid,
    body: &[u8],
    reservation: &mut Reservation,
) -> Result<Batch, RequestError> {
    read_one(ChangeKind::Patch, Some(id), body, reservation)
}

fn read_one(
    kind: ChangeKind,
    id: Option<Uuid>,
    body: &[u8],
    reservation: &mut Reservation,
) -> Result<Batch, RequestError> {
    let json = checked(body, reservation)?;
    let mut batch = Batch::default();
    let mut charges = Charges::new(reservation);
    charges.operation(json.len())?;
    add(&mut batch, kind, id, &json, 0);
    charges.settle(&batch)?;
    Ok(batch)
}

/// The body as JSON text. One that has to be repaired is copied, which is charged for as long as the request lasts.
fn checked<'a>(
    body: &'a [u8],
    reservation: &mut Reservation,
) -> Result<std::borrow::Cow<'a, str>, RequestError> {
    if !lenient_json::is_strict(body) {
        reservation.grow_waiting(json_repair::most_bytes(body.len()))?;
    }
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
