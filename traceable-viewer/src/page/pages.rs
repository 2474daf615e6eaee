//! The pages: each a shell with the first answer of its part of `/api/local`.

use axum::extract::{Query, State};
use axum::response::Response;

use super::{
    headers::html,
    links,
    local::{self, list, nesting, trace},
    shell::{Page, shell},
};
use crate::api::{ApiResponse, ApiState, Fields, Pairs, Path};

/// `GET /`
pub(super) async fn list(State(state): State<ApiState>, Query(pairs): Pairs) -> Response {
    let fields = Fields::of_query(pairs);
    let tab = fields.text("tab").ok().flatten();
    let (title, here) = match tab.as_deref() {
        Some("runs") => ("Runs", "/?tab=runs"),
        Some("threads") => ("Threads", "/?tab=threads"),
        Some("projects") => ("Projects", "/?tab=projects"),
        _ => ("Traces", "/"),
    };
    // a filter that cannot be read is told on the page
    let data = local::data(list::answer(&state, &fields).await);
    html(shell(Page::List, title, Some(here), &data))
}

/// `GET /trace/{id}`; the id of any run of the trace leads there.
pub(super) async fn trace(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, ApiResponse> {
    let Ok(id) = id.parse() else { return Ok(links::no_run()) };
    match trace::answer(&state, id).await? {
        Some((name, data)) => {
            let title = if name.is_empty() { "Trace" } else { &name };
            Ok(html(shell(Page::Trace, title, None, &data)))
        }
        None => links::to_run(&state, id).await,
    }
}

/// `GET /nesting`
pub(super) async fn nesting(State(state): State<ApiState>, Query(pairs): Pairs) -> Response {
    let data = local::data(nesting::answer(&state, &Fields::of_query(pairs)).await);
    html(shell(Page::Nesting, "Nesting", Some("/nesting"), &data))
}

/// `GET /compare`; its module loads both runs.
pub(super) async fn compare() -> Response {
    html(shell(Page::Compare, "Compare", None, b"{}"))
}
