//! Reads the body of a request, within bounds on bytes, memory and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use crate::api::{response::ApiResponse, state::ApiState};
use crate::error_chain::error_chain;
use crate::ingest::RequestError;
use crate::memory_budget::Reservation;

/// How long a body may take, and how much longer for each byte of it: a client that sends a byte now and then is not
/// waited for, and a large body over a slow line is.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
const BYTES_PER_SECOND: usize = 64 << 10;

/// How long the rest of a refused body is read, so that the client sees the response before the connection ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Bytes that the first piece of a body has room for. A client may declare more than it sends.
const FIRST_ROOM: usize = 64 << 10;

/// Reads a whole body. The reservation counts its bytes.
pub(crate) async fn read_body(
    state: &ApiState,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<(Bytes, Reservation), ApiResponse> {
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let result = if declared.is_some_and(|declared| declared > state.limits.max_body_bytes) {
        Err(too_large(state.limits.max_body_bytes))
    } else {
        collect(&mut body, declared, state).await
    };
    if result.is_err() {
        let rest = async { while let Some(Ok(_)) = body.frame().await {} };
        // whether the rest came or not, the response is the same
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, rest).await;
    }
    result
}

async fn collect(
    body: &mut Body,
    declared: Option<usize>,
    state: &ApiState,
) -> Result<(Bytes, Reservation), ApiResponse> {
    let max = state.limits.max_body_bytes;
    let over = |over| ApiResponse::from(RequestError::from(over));
    let mut reservation = state.memory.reservation();
    let mut bytes = Vec::new();
    let begin = Instant::now();
    loop {
        let sent = Duration::from_secs(u64::try_from(bytes.len() / BYTES_PER_SECOND).unwrap_or(u64::MAX));
        let deadline = (Instant::now() + state.limits.idle_timeout).min(begin + BODY_TIMEOUT + sent);
        let late = |_| ApiResponse::detail(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
        let Some(frame) = timeout_at(deadline, body.frame()).await.map_err(late)? else { break };
        let frame = frame.map_err(|error| {
            let text = format!("the body could not be read: {}", error_chain(&error));
            ApiResponse::from(RequestError::Malformed(text))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        let len = bytes.len() + data.len();
        if len > max {
            return Err(too_large(max));
        }
        if len > bytes.capacity() {
            // twice as much each time, but never more than will come
            let room = (2 * bytes.capacity()).max(FIRST_ROOM).min(declared.unwrap_or(max)).max(len);
            reservation.grow(room - bytes.capacity()).map_err(over)?;
            bytes.reserve_exact(room - bytes.len());
        }
        bytes.extend_from_slice(&data);
    }
    let unused = bytes.capacity() - bytes.len();
    bytes.shrink_to_fit();
    reservation.shrink(unused);
    Ok((bytes.into(), reservation))
}

fn too_large(max: usize) -> ApiResponse {
    RequestError::TooLarge(format!("the body has more than {max} bytes")).into()
}
