//! What the requests of version 2 have in common.

use axum::http::{HeaderMap, StatusCode, header};
use uuid::Uuid;

use crate::api::fields::{Fields, bad};
use crate::api::file_signature::{FileSigner, file_url};
use crate::api::response::ApiResponse;
use crate::api::state::ApiState;
use crate::query::RunQuery;
use crate::run_json::{Links, RunSelect, Select};

/// Runs on a page at most.
const MAX_RUNS: usize = 1000;

/// Keys that ask for what nothing here can do. To ignore one would be to answer something else.
const NOT_HERE: [(&str, &str); 5] = [
    ("ai_search", "needs a language model"),
    ("sem_filter", "needs a language model"),
    ("thread_filter", "is not supported; use `filter`, which is about the root of each trace"),
    ("min_feedback_modified_at", "is not supported; filter by feedback_key and feedback_score"),
    ("max_feedback_modified_at", "is not supported; filter by feedback_key and feedback_score"),
];

/// Refuses what nothing here can do.
pub(crate) fn refuse_unsupported(fields: &Fields) -> Result<(), ApiResponse> {
    for (key, why) in NOT_HERE {
        if fields.has(key) {
            return Err(ApiResponse::detail(StatusCode::NOT_IMPLEMENTED, format!("`{key}` {why}")));
        }
    }
    if fields.flag("include_subtree_usage")? == Some(true) {
        let detail = "`include_subtree_usage` is not supported; traces/query has the totals of traces";
        return Err(ApiResponse::detail(StatusCode::NOT_IMPLEMENTED, detail));
    }
    Ok(())
}

/// The conditions of `runs/query`.
pub(crate) fn run_query(fields: &Fields) -> Result<RunQuery, ApiResponse> {
    refuse_unsupported(fields)?;
    Ok(RunQuery {
        project_ids: fields.ids("project_ids")?,
        ids: fields.ids("ids")?,
        trace_id: fields.id("trace_id")?,
        run_type: fields.text("run_type")?,
        is_root: fields.flag("is_root")?,
        has_error: fields.flag("has_error")?,
        reference_example_ids: fields.ids("reference_examples")?,
        filter: fields.text("filter")?,
        trace_filter: fields.text("trace_filter")?,
        tree_filter: fields.text("tree_filter")?,
        limit: fields.number("page_size", 1..=MAX_RUNS)?,
        cursor: fields.text("cursor")?,
        ..times(fields)?
    })
}

/// A query with the bounds of time alone.
pub(crate) fn times(fields: &Fields) -> Result<RunQuery, ApiResponse> {
    Ok(RunQuery {
        min_start_us: fields.time("min_start_time")?,
        // the later bound is not one of the times that are asked for
        max_start_us: fields.time("max_start_time")?.map(|us| us.saturating_sub(1)),
        ..RunQuery::default()
    })
}

/// What is selected of runs: the id, when nothing is.
pub(crate) fn run_selects(fields: &Fields) -> Result<Vec<RunSelect>, ApiResponse> {
    selects(fields, "selects", &[RunSelect::Id])
}

/// What is selected, by one of the lists of names.
pub(crate) fn selects<S: Select>(fields: &Fields, key: &str, default: &[S]) -> Result<Vec<S>, ApiResponse> {
    S::parse_all(&fields.texts(key)?, default).map_err(|error| bad(error.to_string()))
}

/// The project of a request that is about one; requests name it in several ways.
pub(crate) fn project(fields: &Fields) -> Result<Vec<Uuid>, ApiResponse> {
    let id = match fields.id("project_id")? {
        Some(id) => Some(id),
        None => fields.id("session_id")?,
    };
    Ok(id.into_iter().collect())
}

/// Links to what this server has, as the client reaches it.
#[derive(Clone)]
pub(crate) struct ServerLinks {
    /// Scheme and host.
    pub(crate) base_url: String,
    signer: Option<FileSigner>,
}

impl ServerLinks {
    pub(crate) fn of(state: &ApiState, headers: &HeaderMap) -> Self {
        let host =
            headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
        let host = host.map_or_else(|| state.address.to_string(), str::to_owned);
        // a proxy before the server may speak TLS, which the server does not
        let tls =
            headers.get("x-forwarded-proto").is_some_and(|by| by.as_bytes().eq_ignore_ascii_case(b"https"));
        let scheme = if tls { "https" } else { "http" };
        ServerLinks { base_url: format!("{scheme}://{host}"), signer: state.signer.clone() }
    }
}

impl Links for ServerLinks {
    fn shared(&self, token: Uuid) -> String {
        format!("{}/public/{token}/r", self.base_url)
    }

    fn file(&self, run_id: Uuid, name: &str) -> String {
        format!("{}{}", self.base_url, file_url(self.signer.as_ref(), run_id, name))
    }
}
