//! Answers with many runs: read from the store and written part by part, so that none is in memory as a whole.

use std::collections::VecDeque;
use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use serde::Serialize;
use uuid::Uuid;

use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::ingest::RequestError;
use crate::memory_budget::{OverBudget, Reservation};
use crate::model::stored_run::StoredRun;
use crate::query::{PageStart, QueryError, RunQuery};
use crate::store::{Store, StoreError};

/// Bytes of runs after which a part ends. Their JSON is several times as long, for it has all keys.
const PART_BYTES: usize = 1 << 20;

/// How the runs of a page become an answer.
pub(crate) trait RunAnswer: Clone + Send + 'static {
    /// What is before the first run.
    fn open(&self) -> &'static str;

    /// Adds runs to an array.
    fn write(&self, store: &Store, runs: &[StoredRun], array: &mut JsonArray) -> Result<(), QueryError>;

    /// What is behind the last run.
    fn close(&self, next: Option<&str>) -> Result<Vec<u8>, QueryError>;

    /// Whether the answer is events and no JSON. They have no line breaks.
    fn is_events(&self) -> bool {
        false
    }
}

/// A part of an array in JSON.
pub(crate) struct JsonArray {
    bytes: Vec<u8>,
    /// Whether no element was written, in this part or before.
    empty: bool,
}

impl JsonArray {
    /// Adds an element. What cannot be written is a stored text that is no JSON.
    pub(crate) fn push(&mut self, value: &impl Serialize) -> Result<(), QueryError> {
        if !self.empty {
            self.bytes.push(b',');
        }
        self.empty = false;
        let written = serde_json::to_writer(&mut self.bytes, value);
        written.map_err(|error| StoreError::Damaged(error.to_string()).into())
    }
}

/// A written part, which counts as memory of requests until it is sent.
struct Part {
    bytes: Vec<u8>,
    _reservation: Reservation,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// What is not written yet.
struct Rest<A> {
    state: ApiState,
    answer: A,
    payloads: bool,
    ids: VecDeque<Uuid>,
    next: Option<String>,
    empty: bool,
}

/// Answers with the runs of a page. The runs of the first part are of the same state of the store as the page; a run that
/// is deleted before its part is read is left out.
pub(crate) async fn stream_runs<A: RunAnswer>(
    state: &ApiState,
    query: RunQuery,
    answer: A,
) -> Result<Response, ApiResponse> {
    let reservation = state.memory.reservation();
    let content_type = if answer.is_events() { "text/event-stream" } else { "application/json" };
    let mut rest = Rest {
        state: state.clone(),
        answer,
        payloads: query.payloads,
        ids: VecDeque::new(),
        next: None,
        empty: true,
    };
    let (first, rest) = read_store(state, move |store| {
        let PageStart { page, rest: ids } = store.query_start(&query, PART_BYTES)?;
        (rest.ids, rest.next) = (ids, page.next);
        let open = rest.answer.open().as_bytes().to_vec();
        let part = rest.write(store, &page.runs, open, reservation)?;
        Ok(part.map(|part| (part, rest)))
    })
    .await?
    .map_err(|over| ApiResponse::from(RequestError::from(over)))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let body = match rest.ids.is_empty() {
        // its length is known
        true => Body::from(first),
        false => Body::from_stream(try_unfold((Some(first), rest), |(first, rest)| async move {
            match first {
                Some(first) => Ok(Some((first, (None, rest)))),
                None if rest.ids.is_empty() => Ok(None),
                None => rest.read().await.map(|(part, rest)| Some((part, (None, rest)))),
            }
        })),
    };
    Ok((headers, body).into_response())
}

impl<A: RunAnswer> Rest<A> {
    /// The next part. After an error the answer ends without its end, which clients notice.
    async fn read(mut self) -> io::Result<(Bytes, Self)> {
        let state = self.state.clone();
        let reservation = state.memory.reservation();
        let read = read_store(&state, move |store| {
            let runs = store.query_more(&mut self.ids, self.payloads, PART_BYTES)?;
            let part = self.write(store, &runs, Vec::new(), reservation)?;
            Ok(part.map(|part| (part, self)))
        });
        let part = read.await.map_err(|response| io::Error::other(response.to_string()))?;
        part.map_err(|over| io::Error::other(RequestError::from(over)))
    }

    fn write(
        &mut self,
        store: &Store,
        runs: &[StoredRun],
        bytes: Vec<u8>,
        mut reservation: Reservation,
    ) -> Result<Result<Bytes, OverBudget>, QueryError> {
        let opened = bytes.len();
        let mut array = JsonArray { bytes, empty: self.empty };
        self.answer.write(store, runs, &mut array)?;
        let JsonArray { mut bytes, empty } = array;
        self.empty = empty;
        if self.answer.is_events() {
            // stored JSON may have line breaks between its parts, and one would end the event
            let runs = bytes.iter_mut().skip(opened);
            runs.filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
        if self.ids.is_empty() {
            bytes.extend(self.answer.close(self.next.as_deref())?);
        }
        let reserved = reservation.grow_waiting(bytes.capacity());
        Ok(reserved.map(|()| Bytes::from_owner(Part { bytes, _reservation: reservation })))
    }
}
