//! Responses in the form that LangSmith's clients read: JSON, with a `detail` when something is wrong.
//!
//! The texts in the list of a 422 are in `model/validation_error.rs`.

use std::fmt;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ingest::RequestError;
use crate::query::QueryError;
use crate::store::{BatchReport, StoreError, SubmitError};

/// A status and a JSON body.
#[derive(Debug)]
pub(crate) struct ApiResponse {
    status: StatusCode,
    body: Value,
}

impl ApiResponse {
    pub(crate) fn detail(status: StatusCode, detail: impl Into<Value>) -> Self {
        ApiResponse { status, body: json!({ "detail": detail.into() }) }
    }

    /// What the writer did with a request. One stored run is enough for success: clients throw away a refused request,
    /// and its good runs would be lost.
    pub(crate) fn of_batch(report: &BatchReport) -> Self {
        let rejected = json!(report.rejected.listed);
        match (report.stored, report.rejected.len()) {
            (_, 0) => {
                ApiResponse { status: StatusCode::ACCEPTED, body: json!({ "message": "Runs accepted" }) }
            }
            (0, _) => ApiResponse::detail(StatusCode::UNPROCESSABLE_ENTITY, rejected),
            _ => {
                let body = json!({
                    "message": "Some runs were refused", "rejected": rejected, "more_rejected": report.rejected.more,
                });
                ApiResponse { status: StatusCode::ACCEPTED, body }
            }
        }
    }

    /// The server is behind. Python drops what it sent when such a response names no time.
    pub(crate) fn busy() -> Self {
        ApiResponse::detail(StatusCode::TOO_MANY_REQUESTS, "the viewer is behind; try again")
    }

    pub(crate) fn body(&self) -> &Value {
        &self.body
    }

    /// What is wrong, for people.
    pub(crate) fn message(&self) -> String {
        let detail = self.body.get("detail").unwrap_or(&self.body);
        detail.as_str().map_or_else(|| detail.to_string(), str::to_owned)
    }

    /// An error of the server itself.
    pub(crate) fn internal() -> Self {
        ApiResponse::detail(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be handled")
    }
}

/// The status and the detail, for people.
impl fmt::Display for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.body.get("detail").unwrap_or(&self.body);
        write!(f, "{} {detail}", self.status.as_u16())
    }
}

impl From<RequestError> for ApiResponse {
    fn from(error: RequestError) -> Self {
        let status = match error {
            RequestError::Busy => StatusCode::TOO_MANY_REQUESTS,
            RequestError::Malformed(_) => StatusCode::BAD_REQUEST,
            RequestError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            RequestError::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RequestError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        ApiResponse::detail(status, error.to_string())
    }
}

impl From<QueryError> for ApiResponse {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Filter(error) => {
                let body = json!({
                    "detail": error.to_string(), "column": error.column, "suggestion": error.suggestion(),
                });
                ApiResponse { status: StatusCode::BAD_REQUEST, body }
            }
            QueryError::Cursor | QueryError::NoWords | QueryError::TooManyWords => {
                ApiResponse::detail(StatusCode::BAD_REQUEST, error.to_string())
            }
            // not a status at which clients ask the same again
            QueryError::Store(slow @ StoreError::TooSlow(_)) => {
                ApiResponse::detail(StatusCode::UNPROCESSABLE_ENTITY, slow.to_string())
            }
            QueryError::Store(_) => ApiResponse::internal(),
        }
    }
}

impl From<SubmitError> for ApiResponse {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy => ApiResponse::busy(),
            SubmitError::Closed | SubmitError::Failed(_) => {
                ApiResponse::detail(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
        }
    }
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::validation_error::{Rejections, ValidationReason};
    use crate::store::WriteError;

    #[test]
    fn one_good_run_is_success() {
        let status = |stored, refused| {
            let mut rejected = Rejections::default();
            (0..refused).for_each(|_| rejected.push(ValidationReason::NoId.at("post.1")));
            ApiResponse::of_batch(&BatchReport { stored, rejected })
        };
        assert_eq!(status(0, 0).status, StatusCode::ACCEPTED);
        assert_eq!(status(1, 1).status, StatusCode::ACCEPTED);
        assert_eq!(status(0, 1).status, StatusCode::UNPROCESSABLE_ENTITY);
        let many = status(1, 1005).body;
        assert_eq!((many["rejected"].as_array().unwrap().len(), &many["more_rejected"]), (1000, &json!(5)));
    }

    #[test]
    fn busy_names_a_time() {
        for response in [
            ApiResponse::busy(),
            RequestError::Busy.into(),
            SubmitError::Failed(WriteError::DiskFull("full".to_owned())).into(),
        ] {
            assert_eq!(response.into_response().headers()[RETRY_AFTER], "1");
        }
    }

    #[test]
    fn what_takes_too_long_says_what_to_narrow() {
        let error = QueryError::Store(StoreError::TooSlow(std::time::Duration::from_secs(30)));
        let response = ApiResponse::from(error);
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(response.message().contains("longer than 30 s: ask for one project"), "{response}");
    }
}
