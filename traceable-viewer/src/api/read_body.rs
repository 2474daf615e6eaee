//! Reads the body of a request, within bounds on bytes, memory and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::api::{
    memory_pool::{MemoryPool, Reservation},
    response::ApiResponse,
    state::ApiState,
};
use crate::error_chain::error_chain;
use crate::ingest::RequestError;

/// A client that takes longer over its body is not on this machine.
const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// How long the rest of a refused body is read, so that the client sees the response before the connection ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads a whole body. The reservation counts its bytes.
pub(crate) async fn read_body(
    state: &ApiState,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<(Bytes, Reservation), ApiResponse> {
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let result = if declared > state.limits.max_body_bytes {
        Err(too_large(state.limits.max_body_bytes))
    } else {
        let reading = collect(&mut body, declared, state.limits.max_body_bytes, &state.memory);
        match tokio::time::timeout(BODY_TIMEOUT, reading).await {
            Ok(result) => result,
            Err(_) => Err(ApiResponse::detail(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
        }
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
    declared: usize,
    max: usize,
    memory: &MemoryPool,
) -> Result<(Bytes, Reservation), ApiResponse> {
    let mut reservation = memory.reserve(declared).ok_or_else(ApiResponse::busy)?;
    // a client may declare more than it sends, so memory is not allocated for all of it at once
    let mut bytes = BytesMut::with_capacity(declared.min(1 << 20));
    let mut counted = declared;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let text = format!("the body could not be read: {}", error_chain(&error));
            ApiResponse::from(RequestError::Malformed(text))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&data);
        if bytes.len() > counted {
            reservation.merge(memory.reserve(bytes.len() - counted).ok_or_else(ApiResponse::busy)?);
            counted = bytes.len();
        }
    }
    Ok((bytes.freeze(), reservation))
}

fn too_large(max: usize) -> ApiResponse {
    RequestError::TooLarge(format!("the body has more than {max} bytes")).into()
}
