//! Feedback: scores and comments on runs. It also comes in as parts of `POST /runs/multipart`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, bad, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::{read_body::read_body, read_store::read_store, response::ApiResponse, state::ApiState};
use crate::ingest::read_feedback;
use crate::model::{change::NewFeedback, time};
use crate::run_json::{FeedbackDocument, feedback as feedback_json, merged_feedback};
use crate::store::{FeedbackQuery, StoreError, delete_feedback, load_feedback, save_feedback};

/// Entries on a page when nobody says, and at most.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

/// Longer feedback is none.
const MAX_BYTES: usize = 4 << 20;

/// `GET /feedback`
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let query = FeedbackQuery {
        run_ids: fields.ids("run")?,
        project_ids: fields.ids("session")?,
        keys: fields.texts("key")?,
        sources: fields.texts("source")?,
        limit: fields.number("limit", 1..=1_000_000)?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
        offset: fields.number("offset", 0..=1_000_000_000)?.unwrap_or(0),
    };
    read_store(&state, move |store| {
        let found = store.query_feedback(&query)?;
        JsonBody::of(&found.iter().map(feedback_json).collect::<Vec<_>>())
    })
    .await
}

/// `POST /feedback`: what has the id of stored feedback replaces it.
pub(crate) async fn create(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let sent = document(&state, &headers, body).await?;
    let id = match sent.get("id").map(|id| serde_json::from_str::<Uuid>(id.get())) {
        Some(id) => id.map_err(|_| bad("`id` is no UUID"))?,
        None => Uuid::new_v4(),
    };
    let new = new_feedback(id, merged_feedback(FeedbackDocument::default(), sent, id, time::now_us()))?;
    if new.key.as_ref().is_none_or(|key| key.is_empty()) {
        return Err(bad("feedback needs a `key`"));
    }
    let saved = state.writer.edit(move |conn| {
        save_feedback(conn, &new)?;
        load_feedback(conn, id)
    });
    written(saved.await?)
}

/// `PATCH /feedback/{id}`: a null leaves a value as it is.
pub(crate) async fn change(
    State(state): State<ApiState>,
    Path(feedback_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let feedback_id = id("id", &feedback_id)?;
    let mut sent = document(&state, &headers, body).await?;
    sent.retain(|key, _| !matches!(key.as_str(), "id" | "created_at"));
    // refused before anything is written
    new_feedback(feedback_id, merged_feedback(FeedbackDocument::default(), sent.clone(), feedback_id, 0))?;
    let saved = state.writer.edit(move |conn| {
        let Some(old) = load_feedback(conn, feedback_id)? else { return Ok(None) };
        let mut old = feedback_json(&old);
        old.remove("modified_at");
        let document = merged_feedback(old, sent, feedback_id, time::now_us());
        let new = new_feedback(feedback_id, document)
            .map_err(|refused| StoreError::Damaged(format!("feedback {feedback_id}: {refused}")))?;
        save_feedback(conn, &new)?;
        load_feedback(conn, feedback_id)
    });
    written(saved.await?)
}

/// `GET /feedback/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path(feedback_id): Path<String>,
) -> Result<JsonBody, ApiResponse> {
    let feedback_id = id("id", &feedback_id)?;
    written(read_store(&state, move |store| Ok(store.one_feedback(feedback_id)?)).await?)
}

/// `DELETE /feedback/{id}`
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Path(feedback_id): Path<String>,
) -> Result<Json<Value>, ApiResponse> {
    let feedback_id = id("id", &feedback_id)?;
    match state.writer.edit(move |conn| delete_feedback(conn, feedback_id)).await? {
        true => Ok(Json(json!({ "message": "deleted" }))),
        false => Err(not_found()),
    }
}

/// A body that is a JSON object.
async fn document(
    state: &ApiState,
    headers: &HeaderMap,
    body: Body,
) -> Result<FeedbackDocument, ApiResponse> {
    let (bytes, _reservation) = read_body(state, headers, body).await?;
    if bytes.len() > MAX_BYTES {
        let detail = format!("feedback has at most {MAX_BYTES} bytes");
        return Err(ApiResponse::detail(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    serde_json::from_slice(&bytes).map_err(|error| bad(format!("the body is no JSON object: {error}")))
}

/// Reads it as a part of a multipart body is read.
fn new_feedback(id: Uuid, document: FeedbackDocument) -> Result<NewFeedback, ApiResponse> {
    let bytes = serde_json::to_vec(&document).map_err(|_| ApiResponse::internal())?;
    read_feedback(id, &bytes).map_err(|reason| bad(reason.to_string()))
}

fn written(stored: Option<crate::model::stored_run::StoredFeedback>) -> Result<JsonBody, ApiResponse> {
    let stored = stored.ok_or_else(not_found)?;
    JsonBody::of(&feedback_json(&stored)).map_err(ApiResponse::from)
}

fn not_found() -> ApiResponse {
    ApiResponse::detail(StatusCode::NOT_FOUND, "Feedback not found")
}
