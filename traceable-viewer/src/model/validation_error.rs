//! Every text of a 422: what is wrong with a run, a part or a body that could be read.
//!
//! Clients know the form from FastAPI, which LangSmith is built on: `loc`, `msg`, `type`.

/// Bytes of a text that quotes what a client sent.
const MAX_TEXT: usize = 500;

/// One thing of a request that the server refuses, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct ValidationError {
    /// Where: a part's name, or `post.<id>`.
    pub(crate) loc: Vec<String>,
    pub(crate) msg: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// What of one request was refused. The first are listed, the others counted: whoever sent a hundred thousand bad runs
/// does not read them all.
#[derive(Debug, Default)]
pub(crate) struct Rejections {
    pub(crate) listed: Vec<ValidationError>,
    pub(crate) more: usize,
}

impl Rejections {
    const MAX_LISTED: usize = 1000;

    pub(crate) fn push(&mut self, error: ValidationError) {
        if self.listed.len() < Self::MAX_LISTED {
            self.listed.push(error);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.listed.len() + self.more
    }
}

/// Why it is refused: `Display` is the `msg` for people, [`kind`](Self::kind) the `type` for programs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValidationReason {
    // the whole body
    #[error("the body must be {{\"post\": [runs], \"patch\": [runs]}}")]
    NotABatch,
    #[error("the id in the path is not a UUID")]
    PathId,
    // the parts of a multipart body
    #[error("a part must be named post.<id>, patch.<id>, attachment.<id>.<name> or feedback.<id>")]
    UnknownPart,
    #[error("the name of the part has too few or too many sections")]
    PartSections,
    #[error("the name of the part holds no UUID after its first dot")]
    PartId,
    #[error("the part is not valid JSON: {0}")]
    PartJson(String),
    #[error("feedback must be a JSON object")]
    FeedbackNotAnObject,
    // a span of OTLP
    #[error("the trace id must be 16 bytes and the span id 8, not all of them zero")]
    OtlpIds,
    // a run
    #[error("a run must be a JSON object")]
    RunNotAnObject,
    #[error("the run has no id")]
    NoId,
    #[error("id is not the id of the request or part")]
    OtherId,
    #[error("fields or attachments of an unknown run: the request has no post or patch part for it")]
    UnknownRun,
    #[error("{0}")]
    NotStorable(String),
    // its fields
    #[error("{0} is not a UUID")]
    NotAUuid(String),
    #[error("{0} is neither an ISO 8601 time nor milliseconds since 1970")]
    NotATime(String),
    #[error("attachments must be {{name: [media type, base64]}}")]
    Attachments,
    #[error("the run has more than {0} {1}")]
    TooMany(usize, &'static str),
    // its place in the trace
    #[error("segment {0} of dotted_order is not `YYYYmmddTHHMMSSffffffZ` followed by a UUID")]
    OrderSegment(usize),
    #[error("dotted_order has more than {0} segments")]
    OrderTooDeep(usize),
    #[error("a run cannot be its own parent")]
    OwnParent,
    #[error("dotted_order does not end with the id of the run")]
    OrderEnd,
    #[error("dotted_order does not begin with trace_id")]
    OrderBegin,
    #[error("parent_run_id is not the last but one id of dotted_order")]
    OrderParent,
    #[error("a run with parent_run_id needs its parent in dotted_order")]
    OrderWithoutParent,
}

impl ValidationReason {
    /// The word for programs.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::NotABatch | Self::FeedbackNotAnObject | Self::RunNotAnObject => "object_type",
            Self::UnknownPart | Self::PartSections => "unknown_part",
            Self::PathId | Self::PartId | Self::NotAUuid(_) => "uuid_parsing",
            Self::PartJson(_) => "json_invalid",
            Self::NoId | Self::OtlpIds => "missing",
            Self::OtherId => "id_mismatch",
            Self::UnknownRun => "missing_run",
            Self::NotStorable(_) => "not_storable",
            Self::NotATime(_) => "datetime_parsing",
            Self::Attachments => "attachment",
            Self::TooMany(..) => "too_long",
            Self::OrderSegment(_)
            | Self::OrderTooDeep(_)
            | Self::OwnParent
            | Self::OrderEnd
            | Self::OrderBegin
            | Self::OrderParent
            | Self::OrderWithoutParent => "dotted_order",
        }
    }

    /// The reason, with the place in the request that it is about.
    pub(crate) fn at(self, loc: impl Into<String>) -> ValidationError {
        let short = |mut text: String| {
            text.truncate(text.floor_char_boundary(MAX_TEXT));
            text
        };
        ValidationError { loc: vec![short(loc.into())], msg: short(self.to_string()), kind: self.kind() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_form_that_clients_know() {
        let error = ValidationReason::NotAUuid("trace_id".to_owned()).at("post.1");
        let json = serde_json::to_value(error).unwrap();
        let expected =
            serde_json::json!({"loc": ["post.1"], "msg": "trace_id is not a UUID", "type": "uuid_parsing"});
        assert_eq!(json, expected);
    }
}
