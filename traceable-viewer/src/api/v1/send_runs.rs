//! The routes that take runs. Each answers 202 only after the commit, so that a client that has flushed finds what it
//! sent.

use axum::body::Body;
use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use uuid::Uuid;

use crate::api::header_values::{optional, text};
use crate::api::{read_body::read_body, response::ApiResponse, state::ApiState};
use crate::ingest::{self, ContentEncoding, RequestError, RequestLimits};
use crate::memory_budget::Reservation;
use crate::model::{change::Batch, validation_error::ValidationReason};

/// Refused runs of one request that get a warning each.
const MAX_WARNINGS: usize = 5;

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

/// Takes a request from its body to the store: reads, decompresses, parses, submits.
async fn accept(
    state: ApiState,
    headers: HeaderMap,
    body: Body,
    parse: impl FnOnce(&Bytes, &RequestLimits, &mut Reservation) -> Result<Batch, RequestError> + Send + 'static,
) -> ApiResponse {
    match try_accept(&state, &headers, body, parse).await {
        Ok(response) => response,
        Err(response) => {
            state.warn(format_args!("a request was refused: {response}"));
            response
        }
    }
}

async fn try_accept(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
    parse: impl FnOnce(&Bytes, &RequestLimits, &mut Reservation) -> Result<Batch, RequestError> + Send + 'static,
) -> Result<ApiResponse, ApiResponse> {
    let (body, mut reservation) = read_body(state, headers, body).await?;
    let encoding = ContentEncoding::from_header(optional(headers, &header::CONTENT_ENCODING)?)?;
    let default_project = text(headers, "langsmith-project").filter(|name| !name.is_empty());
    let limits = state.limits;
    let batch = {
        // an error would mean that the semaphore was closed, which nobody does; to go on without it is harmless
        let _permit = state.reading.acquire().await;
        run_blocking(move || -> Result<Batch, RequestError> {
            let body = ingest::decompress(body, encoding, &limits, &mut reservation)?;
            let mut batch = parse(&body, &limits, &mut reservation)?;
            let bytes = body.len();
            drop(body);
            // files are slices of the body, or were decoded from it
            if batch.changes.iter().all(|change| change.attachments.is_empty()) {
                reservation.shrink(bytes);
            }
            reservation.grow_waiting(ingest::memory_to_store(&batch))?;
            batch.default_project = default_project;
            batch.reservation = Some(reservation);
            Ok(batch)
        })
        .await??
    };
    let report = state.writer.submit(batch).await?;
    for error in report.rejected.listed.iter().take(MAX_WARNINGS) {
        state.warn(format_args!("{} was refused: {}", error.loc.join("."), error.msg));
    }
    if let Some(more @ 1..) = report.rejected.len().checked_sub(MAX_WARNINGS) {
        state.warn(format_args!("{more} more of the same request were refused"));
    }
    Ok(ApiResponse::of_batch(&report))
}

/// Runs what takes long on a thread of its own, so that other requests go on.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiResponse> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiResponse::internal())
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
