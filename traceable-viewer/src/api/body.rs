//! Reading the bytes of a request, within bounds.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::api::{
    answer::Answer,
    budget::{Budget, Grant},
    state::ApiState,
};
use crate::error_chain::error_chain;
use crate::ingest::Problem;

/// A client that takes longer over its body is not on this machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long the rest of a refused body is read, so that the client is not cut off before it sees the answer.
const FAREWELL: Duration = Duration::from_secs(2);

/// Reads a body whole. The grant counts its bytes.
pub(crate) async fn read(
    state: &ApiState,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<(Bytes, Grant), Answer> {
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let result = if declared > state.limits.body {
        Err(too_large(state.limits.body))
    } else {
        let reading = collect(&mut body, declared, state.limits.body, &state.budget);
        match tokio::time::timeout(PATIENCE, reading).await {
            Ok(result) => result,
            Err(_) => Err(Answer::detail(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
        }
    };
    if result.is_err() {
        let rest = async { while let Some(Ok(_)) = body.frame().await {} };
        // whether the rest came or not, the answer is the same
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    }
    result
}

async fn collect(
    body: &mut Body,
    declared: usize,
    most: usize,
    budget: &Budget,
) -> Result<(Bytes, Grant), Answer> {
    let mut grant = budget.take(declared).ok_or_else(Answer::busy)?;
    // a client may declare more than it sends, so memory is not set aside for all of it at once
    let mut bytes = BytesMut::with_capacity(declared.min(1 << 20));
    let mut counted = declared;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            Answer::from(Problem::Malformed(format!("the body could not be read: {}", error_chain(&error))))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&data);
        if bytes.len() > counted {
            grant.join(budget.take(bytes.len() - counted).ok_or_else(Answer::busy)?);
            counted = bytes.len();
        }
    }
    Ok((bytes.freeze(), grant))
}

fn too_large(most: usize) -> Answer {
    Problem::TooLarge(format!("the body has more than {most} bytes")).into()
}
