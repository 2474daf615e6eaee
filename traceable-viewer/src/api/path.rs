//! The variables in the path of a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::api::{fields::bad, response::ApiResponse};

/// As axum's, with a refusal in the form of all others: `%FF` is no text.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiResponse> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(variables)) => Ok(Path(variables)),
            Err(rejection) => Err(bad(format!("the path cannot be read: {}", rejection.body_text()))),
        }
    }
}
