//! `POST /runs/stats`: numbers about the runs that a query selects.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;

use crate::api::fields::Fields;
use crate::api::json_response::JsonBody;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::RunQuery;
use crate::run_json::run_stats;

pub(crate) async fn stats(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let query = conditions(&fields)?;
    read_store(&state, move |store| JsonBody::of(&run_stats(&store.stats(&query)?))).await
}

/// The conditions that requests of version 1 have in common.
pub(crate) fn conditions(fields: &Fields) -> Result<RunQuery, ApiResponse> {
    let mut project_ids = fields.ids("session")?;
    project_ids.extend(fields.id("session_id")?);
    Ok(RunQuery {
        project_ids,
        ids: fields.ids("id")?,
        trace_id: fields.id("trace")?,
        parent_id: fields.id("parent_run")?,
        run_type: fields.text("run_type")?,
        is_root: fields.flag("is_root")?,
        has_error: fields.flag("error")?,
        reference_example_ids: fields.ids("reference_example")?,
        min_start_us: fields.time("start_time")?,
        max_start_us: fields.time("end_time")?,
        filter: fields.text("filter")?,
        trace_filter: fields.text("trace_filter")?,
        tree_filter: fields.text("tree_filter")?,
        text: fields.text("query")?.or(fields.text("search_filter")?),
        ..RunQuery::default()
    })
}
