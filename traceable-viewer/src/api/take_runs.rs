//! Takes a request that brings runs from its body to the store: reads, decompresses, parses, submits.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;

use crate::api::header_values::{optional, text};
use crate::api::{read_body::read_body, response::ApiResponse, state::ApiState};
use crate::ingest::{self, ContentEncoding, RequestError, RequestLimits};
use crate::memory_budget::Reservation;
use crate::model::change::Batch;
use crate::store::BatchReport;

/// Refused runs of one request that get a warning each.
const MAX_WARNINGS: usize = 5;

/// Returns after the commit. Whatever is refused becomes a warning too.
pub(crate) async fn take_runs(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
    parse: impl FnOnce(&Bytes, &RequestLimits, &mut Reservation) -> Result<Batch, RequestError> + Send + 'static,
) -> Result<BatchReport, ApiResponse> {
    let result = try_take_runs(state, headers, body, parse).await;
    match &result {
        Ok(report) => warn(state, report),
        Err(response) => state.warn(format_args!("a request was refused: {response}")),
    }
    result
}

async fn try_take_runs(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
    parse: impl FnOnce(&Bytes, &RequestLimits, &mut Reservation) -> Result<Batch, RequestError> + Send + 'static,
) -> Result<BatchReport, ApiResponse> {
    let (body, mut reservation) = read_body(state, headers, body).await?;
    let encoding = ContentEncoding::from_header(optional(headers, &header::CONTENT_ENCODING)?)?;
    let default_project = project(headers);
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
    Ok(state.writer.submit(batch).await?)
}

/// The project that the headers name.
pub(crate) fn project(headers: &HeaderMap) -> Option<String> {
    text(headers, "langsmith-project").filter(|name| !name.is_empty())
}

fn warn(state: &ApiState, report: &BatchReport) {
    for error in report.rejected.listed.iter().take(MAX_WARNINGS) {
        state.warn(format_args!("{} was refused: {}", error.loc.join("."), error.msg));
    }
    if let Some(more @ 1..) = report.rejected.len().checked_sub(MAX_WARNINGS) {
        state.warn(format_args!("{more} more of the same request were refused"));
    }
}

/// Runs what takes long on a thread of its own, so that other requests go on.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiResponse> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiResponse::internal())
}
