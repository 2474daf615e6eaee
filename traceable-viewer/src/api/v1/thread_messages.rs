//! `GET /runs/threads/{thread}`: the messages of a conversation, as one text.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::json;

use crate::api::fields::{Fields, Pairs, bad};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::RunQuery;
use crate::run_json::Conversation;

/// Traces that are read at a time.
const TURNS: usize = 8;

/// A longer conversation is cut: it is one text, held in memory.
const MAX_BYTES: usize = 16 << 20;

pub(crate) async fn messages(
    State(state): State<ApiState>,
    Path(thread_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    match fields.text("select")?.as_deref() {
        None | Some("all_messages") => {}
        Some(_) => return Err(bad("`select` is not supported; a thread has `all_messages`")),
    }
    let query = RunQuery { project_ids: fields.ids("session_id")?, ..RunQuery::default() };
    let body = read_store(&state, move |store| {
        let mut conversation = Conversation::new(MAX_BYTES);
        let mut cursor = None;
        let mut found = false;
        loop {
            let page = store.thread_turns(&query, &thread_id, TURNS, cursor.as_deref())?;
            for turn in &page.turns {
                found = true;
                conversation.add(&turn.root);
            }
            cursor = page.next;
            if cursor.is_none() || conversation.is_full() {
                break;
            }
        }
        match found {
            true => JsonBody::of(&json!({ "previews": { "all_messages": conversation.text() } })).map(Some),
            false => Ok(None),
        }
    });
    let missing = || ApiResponse::detail(StatusCode::NOT_FOUND, "Thread not found");
    body.await?.ok_or_else(missing)
}
