//! The routes that runs come in by. Each answers 202 only after the commit, so that a client that has flushed finds what
//! it sent.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use uuid::Uuid;

use crate::api::{answer::Answer, body, state::ApiState};
use crate::ingest::{self, Encoding, Limits, Problem};
use crate::model::change::Batch;

/// Refused runs of one request that are told of one by one.
const WARNINGS: usize = 5;

/// `POST /runs/multipart`
pub(crate) async fn multipart(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> Answer {
    let content_type = header(&headers, header::CONTENT_TYPE.as_str()).map(str::to_owned);
    accept(state, headers, body, move |bytes, limits| {
        let boundary = ingest::boundary(content_type.as_deref().unwrap_or_default())?;
        ingest::read_multipart(&bytes, &boundary, limits)
    })
    .await
}

/// `POST /runs/batch`
pub(crate) async fn batch(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> Answer {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, _| json.and_then(|()| ingest::read_batch(&bytes))).await
}

/// `POST /runs`
pub(crate) async fn post_run(State(state): State<ApiState>, headers: HeaderMap, body: Body) -> Answer {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, _| json.and_then(|()| ingest::read_post(&bytes))).await
}

/// `PATCH /runs/{id}`
pub(crate) async fn patch_run(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let json = json(&headers);
    accept(state, headers, body, move |bytes, _| {
        json?;
        let id = Uuid::try_parse(&id)
            .map_err(|_| Problem::Invalid("the id in the path is not a UUID".to_owned()))?;
        ingest::read_patch(id, &bytes)
    })
    .await
}

/// Reads, unpacks, understands and stores a request.
async fn accept(
    state: ApiState,
    headers: HeaderMap,
    body: Body,
    understand: impl FnOnce(Bytes, &Limits) -> Result<Batch, Problem> + Send + 'static,
) -> Answer {
    match try_accept(&state, &headers, body, understand).await {
        Ok(answer) => answer,
        Err(answer) => {
            state.warn(format_args!("a request was refused: {answer}"));
            answer
        }
    }
}

async fn try_accept(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
    understand: impl FnOnce(Bytes, &Limits) -> Result<Batch, Problem> + Send + 'static,
) -> Result<Answer, Answer> {
    let (packed, mut grant) = body::read(state, headers, body).await?;
    let encoding = Encoding::from_header(header(headers, header::CONTENT_ENCODING.as_str()))?;
    let unpacked = {
        // an error would mean that the semaphore was closed, which nobody does; going on without it is harmless
        let _turn = state.unpacking.acquire().await;
        let limits = state.limits;
        off_the_loop(move || ingest::decode(packed, encoding, &limits)).await??
    };
    if encoding != Encoding::Identity {
        grant.join(state.budget.take(unpacked.len()).ok_or_else(Answer::busy)?);
    }
    let limits = state.limits;
    let mut batch = off_the_loop(move || understand(unpacked, &limits)).await??;
    batch.default_project =
        header(headers, "langsmith-project").filter(|name| !name.is_empty()).map(str::to_owned);
    let outcome = state.writer.submit(batch).await?;
    drop(grant);
    for rejection in outcome.rejected.iter().take(WARNINGS) {
        state.warn(format_args!("{} was refused: {}", rejection.loc.join("."), rejection.msg));
    }
    if let Some(more @ 1..) = outcome.rejected.len().checked_sub(WARNINGS) {
        state.warn(format_args!("{more} more of the same request were refused"));
    }
    Ok(Answer::outcome(&outcome))
}

/// Runs what takes long on a thread where it does not hold up other requests.
async fn off_the_loop<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Answer> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Answer::internal())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a body says that it is JSON, or something that clients say when they send JSON.
fn json(headers: &HeaderMap) -> Result<(), Problem> {
    let media = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "" | "application/json" | "text/plain" => Ok(()),
        other if other.ends_with("+json") => Ok(()),
        _ => Err(Problem::Unsupported("Content-Type is not application/json".to_owned())),
    }
}
