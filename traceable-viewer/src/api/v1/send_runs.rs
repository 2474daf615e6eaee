//! The routes that take runs. Each answers 202 only after the commit, so that a client that has flushed finds what it
//! sent.

use axum::body::Body;
use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use uuid::Uuid;

use crate::api::{header_values::optional, response::ApiResponse, state::ApiState, take_runs};
use crate::ingest::{self, RequestError, RequestLimits};
use crate::memory_budget::Reservation;
use crate::model::{change::Batch, validation_error::ValidationReason};

/// `POST /runs/multipart`
pub(crate) async fn multipart(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> ApiResponse {
    let content_type = optional(&headers, &header::CONTENT_TYPE).map(|value| value.map(str::to_owned));
    accept(state, headers, body, move |bytes, limits, reservation| {
        let boundary = ingest::boundary(&content_type?.unwrap_or_default())?;
        ingest::read_multipart(bytes, &boundary, limits, reservation)
    })
    .await
}

/// `POST /runs/batch`
pub(crate) async fn batch(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> ApiResponse {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, limits, reservation| {
        json?;
        ingest::read_batch(bytes, limits, reservation)
    })
    .await
}

/// `POST /runs`
pub(crate) async fn post_run(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> ApiResponse {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, _, reservation| {
        json?;
        ingest::read_post(bytes, reservation)
    })
    .await
}

/// `PATCH /runs/{id}`
pub(crate) async fn patch_run(
    State(state): State<ApiState>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> ApiResponse {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, _, reservation| {
        json?;
        let id = id.ok().and_then(|Path(id)| Uuid::try_parse(&id).ok()).ok_or(ValidationReason::PathId)?;
        ingest::read_patch(id, bytes, reservation)
    })
    .await
}

/// Takes the runs of a request, and says what became of them.
async fn accept(
    state: ApiState,
    headers: HeaderMap,
    body: Body,
    parse: impl FnOnce(&Bytes, &RequestLimits, &mut Reservation) -> Result<Batch, RequestError> + Send + 'static,
) -> ApiResponse {
    match take_runs::take_runs(&state, &headers, body, parse).await {
        Ok(report) => ApiResponse::of_batch(&report),
        Err(response) => response,
    }
}

/// Whether a body says that it is JSON, or something that clients say when they send JSON.
fn json(headers: &HeaderMap) -> Result<(), RequestError> {
    let media = optional(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "" | "application/json" | "text/plain" => Ok(()),
        other if other.ends_with("+json") => Ok(()),
        _ => Err(RequestError::Unsupported("Content-Type is not application/json".to_owned())),
    }
}
