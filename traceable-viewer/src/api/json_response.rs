//! A response of JSON that is written once, without a copy in between.

use axum::http::{HeaderValue, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::query::QueryError;
use crate::store::StoreError;

/// A body of JSON, with status 200.
pub(crate) struct JsonBody(Vec<u8>);

impl JsonBody {
    /// Writes it. What cannot be written is a stored text that is no JSON.
    pub(crate) fn of(value: &impl Serialize) -> Result<Self, QueryError> {
        let bytes = serde_json::to_vec(value);
        bytes.map(JsonBody).map_err(|error| StoreError::Damaged(error.to_string()).into())
    }
}

impl IntoResponse for JsonBody {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.0).into_response()
    }
}
