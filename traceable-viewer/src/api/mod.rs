//! HTTP: the routes of LangSmith's API, and who may call them.
//!
//! In: requests. Out: responses in the form that LangSmith's clients read; a run is stored before its request is
//! answered. Never: SQL, JSON of runs (`ingest/` reads it), unbounded memory.

mod access_control;
mod cookie;
mod fields;
mod file_signature;
mod header_values;
mod host_names;
mod json_response;
mod otlp;
mod path;
mod read_body;
mod read_store;
mod response;
mod state;
mod stream_runs;
mod take_runs;
mod token;
mod v1;
mod v2;
mod warnings;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;

pub(crate) use access_control::AccessPolicy;
pub(crate) use cookie::set_cookie;
pub(crate) use fields::{Fields, Pairs, bad, id};
pub(crate) use file_signature::FileSigner;
pub(crate) use path::Path;
pub(crate) use read_store::read_store;
pub(crate) use response::ApiResponse;
pub(crate) use state::ApiState;
pub(crate) use token::{Token, TokenProblem};
pub(crate) use warnings::{OnWarning, Warnings, WarningsEnd};

/// Everything that is served. Clients are given endpoints with and without a prefix, so the routes are at all of them.
/// `pages` are served beside them, to the same callers, and answer for paths that nobody knows.
pub(crate) fn router(mut state: ApiState, access: AccessPolicy, pages: Router<ApiState>) -> Router {
    state.signer = access.signer.clone();
    Router::new()
        .merge(v1::routes().merge(otlp::routes()))
        .nest("/api", v1::routes().merge(otlp::routes()))
        .nest("/api/v1", v1::routes().merge(otlp::routes()))
        .nest("/v1", v1::routes().merge(otlp::routes()))
        .nest("/api/v2", v2::routes())
        .nest("/v2", v2::routes())
        .merge(pages)
        .method_not_allowed_fallback(async || {
            ApiResponse::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .with_state(state)
        .layer(from_fn_with_state(access, access_control::check))
}
