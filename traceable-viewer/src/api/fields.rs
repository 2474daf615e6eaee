//! What a client asks for: the keys of a JSON body, or of the query in a URL.
//!
//! Unknown keys do not count. A key with `null` is one that is not given.

use std::ops::RangeInclusive;

use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::{header_values::optional, read_body::read_body, response::ApiResponse, state::ApiState};
use crate::ingest::{ContentEncoding, RequestError, RequestLimits, decompress};
use crate::model::time;

/// More ids than this in one list are refused: each is a parameter of a statement.
const MAX_LIST: usize = 10_000;

/// Longer bodies are no queries.
const MAX_QUERY_BYTES: usize = 4 << 20;

/// The pairs of a URL's query.
pub(crate) type Pairs = Query<Vec<(String, String)>>;

/// The keys and what they have.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body; an empty one is `{}`, and its content type does not count.
    pub(crate) async fn of_body(
        state: &ApiState,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, ApiResponse> {
        let (mut bytes, mut reservation) = read_body(state, headers, body).await?;
        let encoding = ContentEncoding::from_header(optional(headers, &header::CONTENT_ENCODING)?)?;
        if encoding != ContentEncoding::Identity && bytes.len() <= MAX_QUERY_BYTES {
            let limits = RequestLimits { max_body_bytes: MAX_QUERY_BYTES, ..state.limits };
            // it may wait for memory
            let work = move || {
                let bytes = decompress(bytes, encoding, &limits, &mut reservation)?;
                Ok::<_, RequestError>((bytes, reservation))
            };
            let result = tokio::task::spawn_blocking(work).await;
            (bytes, reservation) = result.map_err(|_| ApiResponse::internal())??;
        }
        // counts the bytes until they are read
        let _reservation = reservation;
        if bytes.len() > MAX_QUERY_BYTES {
            let detail = format!("a query has at most {MAX_QUERY_BYTES} bytes");
            return Err(ApiResponse::detail(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Fields::default());
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Fields(map)),
            Ok(_) => Err(bad("the body is no JSON object")),
            Err(error) => Err(bad(format!("the body is no JSON: {error}"))),
        }
    }

    /// Takes the pairs of a URL; a key that is repeated is a list.
    pub(crate) fn of_query(pairs: Vec<(String, String)>) -> Self {
        let mut map: Map<String, Value> = Map::new();
        for (key, value) in pairs {
            match map.get_mut(&key) {
                Some(Value::Array(list)) => list.push(Value::String(value)),
                Some(one) => *one = Value::Array(vec![one.take(), Value::String(value)]),
                None => {
                    map.insert(key, Value::String(value));
                }
            }
        }
        Fields(map)
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, ApiResponse> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(bad(format!("`{key}` is no text"))),
        }
    }

    /// A list of texts; one text is a list of one.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, ApiResponse> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = match self.get(key) {
            None => Some(Vec::new()),
            Some(Value::Array(list)) if list.len() > MAX_LIST => {
                return Err(bad(format!("`{key}` has more than {MAX_LIST} entries")));
            }
            Some(Value::Array(list)) => list.iter().map(text).collect(),
            Some(value) => text(value).map(|text| vec![text]),
        };
        texts.ok_or_else(|| bad(format!("`{key}` is no list of texts")))
    }

    pub(crate) fn id(&self, key: &str) -> Result<Option<Uuid>, ApiResponse> {
        self.text(key)?.map(|text| id(key, &text)).transpose()
    }

    pub(crate) fn ids(&self, key: &str) -> Result<Vec<Uuid>, ApiResponse> {
        self.texts(key)?.iter().map(|text| id(key, text)).collect()
    }

    pub(crate) fn object(&self, key: &str) -> Result<Option<Map<String, Value>>, ApiResponse> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map.clone())),
            Some(_) => Err(bad(format!("`{key}` is no object"))),
        }
    }

    /// `true` or `false`, also as text in any case.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ApiResponse> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(bad(format!("`{key}` is neither true nor false"))),
        }
    }

    /// A time, as ISO 8601 text or milliseconds since 1970; in microseconds since 1970.
    pub(crate) fn time(&self, key: &str) -> Result<Option<i64>, ApiResponse> {
        let us = match self.get(key) {
            None => return Ok(None),
            Some(Value::String(text)) => time::parse_iso(text),
            Some(value) => value.as_f64().and_then(time::from_epoch_ms),
        };
        us.map(Some).ok_or_else(|| bad(format!("`{key}` is no time; write it as 2026-11-22T13:24:33Z")))
    }

    /// A whole number in a range, also as text.
    pub(crate) fn number(
        &self,
        key: &str,
        range: RangeInclusive<usize>,
    ) -> Result<Option<usize>, ApiResponse> {
        let number = match self.get(key) {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let number = number.filter(|number| range.contains(number));
        let wrong = || bad(format!("`{key}` is no whole number from {} to {}", range.start(), range.end()));
        number.map(Some).ok_or_else(wrong)
    }
}

/// An id that a client gave.
pub(crate) fn id(key: &str, text: &str) -> Result<Uuid, ApiResponse> {
    Uuid::try_parse(text).map_err(|_| bad(format!("`{key}` is no UUID")))
}

/// A request that nobody can answer.
pub(crate) fn bad(detail: impl Into<String>) -> ApiResponse {
    ApiResponse::detail(StatusCode::BAD_REQUEST, detail.into())
}
