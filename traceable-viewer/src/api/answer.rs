//! Answers in the form LangSmith's clients read: JSON with a `detail` when something is wrong.

use std::fmt;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ingest::Problem;
use crate::store::{Outcome, SubmitError};

/// A status and a JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Value,
}

impl Answer {
    pub(crate) fn detail(status: StatusCode, detail: impl Into<Value>) -> Self {
        Answer { status, body: json!({ "detail": detail.into() }) }
    }

    /// Says what became of a request. One good run is enough for success: clients throw away what is refused, and the
    /// others would be lost with it.
    pub(crate) fn outcome(outcome: &Outcome) -> Self {
        let rejected = json!(outcome.rejected);
        match (outcome.stored, outcome.rejected.len()) {
            (_, 0) => Answer { status: StatusCode::ACCEPTED, body: json!({ "message": "Runs accepted" }) },
            (0, _) => Answer::detail(StatusCode::UNPROCESSABLE_ENTITY, rejected),
            _ => {
                let body = json!({ "message": "Some runs were refused", "rejected": rejected });
                Answer { status: StatusCode::ACCEPTED, body }
            }
        }
    }

    /// The server has enough to do; Python drops what it sent when such an answer names no time.
    pub(crate) fn busy() -> Self {
        Answer::detail(StatusCode::TOO_MANY_REQUESTS, "the viewer is behind; try again")
    }

    /// A fault of our own.
    pub(crate) fn internal() -> Self {
        Answer::detail(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be handled")
    }
}

/// The status and the detail, for people.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.body.get("detail").unwrap_or(&self.body);
        write!(f, "{} {detail}", self.status.as_u16())
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let status = match problem {
            Problem::Malformed(_) => StatusCode::BAD_REQUEST,
            Problem::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Answer::detail(status, problem.to_string())
    }
}

impl From<SubmitError> for Answer {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy => Answer::busy(),
            SubmitError::Closed | SubmitError::Failed(_) => {
                Answer::detail(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
        }
    }
}

impl IntoResponse for Answer {
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
    use crate::model::change::Rejection;

    #[test]
    fn one_good_run_is_success() {
        let rejected = vec![Rejection::new("post.1", "bad", "kind")];
        let status = |stored, rejected| Answer::outcome(&Outcome { stored, rejected }).status;
        assert_eq!(status(0, Vec::new()), StatusCode::ACCEPTED);
        assert_eq!(status(1, rejected.clone()), StatusCode::ACCEPTED);
        assert_eq!(status(0, rejected), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn busy_names_a_time() {
        for answer in [Answer::busy(), SubmitError::Failed("full".to_owned()).into()] {
            assert_eq!(answer.into_response().headers()[RETRY_AFTER], "1");
        }
    }
}
