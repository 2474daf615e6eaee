//! Answers of `/api/local`: written, as a response, and inside a page.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::api::ApiResponse;
use crate::query::QueryError;
use crate::store::StoreError;

/// A page of any tab of a list.
#[derive(Serialize)]
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    pub(super) cursor: Option<String>,
    pub(super) seq: i64,
}

/// Writes an answer.
pub(super) fn written(answer: &impl Serialize) -> Result<Vec<u8>, QueryError> {
    serde_json::to_vec(answer).map_err(|error| StoreError::Damaged(error.to_string()).into())
}

/// An answer as a response.
pub(super) fn json(answer: Result<Vec<u8>, ApiResponse>) -> Response {
    let mut response = match answer {
        Ok(bytes) => bytes.into_response(),
        Err(error) => return error.into_response(),
    };
    let set = [
        (header::CONTENT_TYPE, "application/json"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in set {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// An answer inside a page, where a refusal is data too.
pub(crate) fn data(answer: Result<Vec<u8>, ApiResponse>) -> Vec<u8> {
    answer.unwrap_or_else(|error| error.body().to_string().into_bytes())
}
