//! `GET /api/local/events`: what has changed, as server-sent events, until the client or the server ends.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::api::{ApiResponse, ApiState, Fields, Pairs, bad, read_store};

/// Between two events to one page at least: what comes meanwhile is told together.
const PAUSE: Duration = Duration::from_millis(100);

/// When nothing happens, a comment tells whether the client is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Changed runs that are looked at for one event. Of more the newest are, and the event says so.
const MAX_RUNS: usize = 2000;

#[derive(Serialize)]
struct Change {
    seq: i64,
    traces: Vec<Uuid>,
    /// More traces have changed than are named.
    more: bool,
}

/// One page that waits.
struct Listener {
    state: ApiState,
    commits: watch::Receiver<u64>,
    /// What the page knows.
    after: i64,
    /// When it was told last; before the first time nothing is waited for.
    told: Option<Instant>,
    _permit: OwnedSemaphorePermit,
}

pub(super) async fn events(
    State(state): State<ApiState>,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, ApiResponse> {
    let Ok(permit) = state.listeners.clone().try_acquire_owned() else {
        let detail = "too many pages wait for changes; ask again later";
        return Err(ApiResponse::detail(StatusCode::SERVICE_UNAVAILABLE, detail));
    };
    // subscribed before anything is read, so that no commit is missed
    let commits = state.writer.commits();
    let after = match after(&headers, &Fields::of_query(pairs))? {
        Some(after) => after,
        None => read_store(&state, |store| Ok(store.last_seq()?)).await?,
    };
    let mut stopping = state.stopping.clone();
    let listener = Listener { state, commits, after, told: None, _permit: permit };
    let stopped = async move {
        // an error is the wait's end: nothing is ever sent
        while stopping.changed().await.is_ok() {}
    };
    let events = futures_util::StreamExt::take_until(changes(listener), Box::pin(stopped));
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let set = response.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// What the browser received last counts more than what the page asked for when it began.
fn after(headers: &HeaderMap, fields: &Fields) -> Result<Option<i64>, ApiResponse> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    match (last, fields.text("after")?) {
        (Some(seq), _) => Ok(Some(seq)),
        (None, None) => Ok(None),
        (None, Some(text)) => text.parse().map(Some).map_err(|_| bad("`after` is no whole number")),
    }
}

fn changes(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(listener, |mut listener| async {
        loop {
            if let Some(told) = listener.told.replace(Instant::now()) {
                // an error means that the writer is gone, and the server with it
                listener.commits.changed().await.ok()?;
                tokio::time::sleep_until(told + PAUSE).await;
                listener.told = Some(Instant::now());
                // what came during the pause is read now
                listener.commits.mark_unchanged();
            }
            let after = listener.after;
            let read =
                read_store(&listener.state, move |store| Ok(store.runs_changed_last(after, MAX_RUNS)?));
            // a failure is told elsewhere; the page asks again
            let (seq, traces, more) = read.await.ok()?;
            if seq <= after {
                continue;
            }
            listener.after = seq;
            let event = Event::default().id(seq.to_string()).event("change");
            let event = event.json_data(Change { seq, traces, more }).ok()?;
            return Some((Ok(event), listener));
        }
    })
}
