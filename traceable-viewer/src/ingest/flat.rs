//! Runs as flat JSON objects: one alone, one to be patched, or lists of both.

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::ingest::{
    json,
    problem::Problem,
    run_fields::{self, Fault, Members},
};
use crate::model::change::{Batch, Kind, RunChange};

/// Reads the body of `POST /runs/batch`: `{"post": [..], "patch": [..]}`.
pub(crate) fn read_batch(body: &[u8]) -> Result<Batch, Problem> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        post: Option<Vec<&'a RawValue>>,
        #[serde(borrow)]
        patch: Option<Vec<&'a RawValue>>,
    }
    let json = checked(body)?;
    let body: Body<'_> = serde_json::from_str(&json).map_err(|_| {
        Problem::Invalid("the body has to be {\"post\": [runs], \"patch\": [runs]}".to_owned())
    })?;
    let mut batch = Batch::default();
    for (kind, runs) in [(Kind::Post, body.post), (Kind::Patch, body.patch)] {
        for (index, run) in runs.unwrap_or_default().into_iter().enumerate() {
            add(&mut batch, kind, None, run.get(), index);
        }
    }
    Ok(batch)
}

/// Reads the body of `POST /runs`.
pub(crate) fn read_post(body: &[u8]) -> Result<Batch, Problem> {
    let json = checked(body)?;
    let mut batch = Batch::default();
    add(&mut batch, Kind::Post, None, &json, 0);
    Ok(batch)
}

/// Reads the body of `PATCH /runs/{id}`.
pub(crate) fn read_patch(id: Uuid, body: &[u8]) -> Result<Batch, Problem> {
    let json = checked(body)?;
    let mut batch = Batch::default();
    add(&mut batch, Kind::Patch, Some(id), &json, 0);
    Ok(batch)
}

fn checked(body: &[u8]) -> Result<std::borrow::Cow<'_, str>, Problem> {
    json::check(body).map_err(|error| Problem::Malformed(format!("the body is not valid JSON: {error}")))
}

fn add(batch: &mut Batch, kind: Kind, id: Option<Uuid>, json: &str, index: usize) {
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
        Err(fault) => batch.rejected.push(fault.at(loc)),
    }
}

fn own_id(members: &Members<'_>) -> Result<Uuid, Fault> {
    let text = members.get("id").and_then(|raw| json::text(raw));
    let text = text.ok_or_else(|| Fault::new("the run has no id", "missing"))?;
    Uuid::try_parse(text.trim()).map_err(|_| Fault::new("id is not a UUID", "uuid_parsing"))
}
