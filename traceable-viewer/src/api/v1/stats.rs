//! `POST /runs/stats`: numbers about the runs that a query selects.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;

use crate::api::fields::Fields;
use crate::api::json_response::JsonBody;
use crate::api::v1::runs::run_query;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::run_json::run_stats;

pub(crate) async fn stats(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let query = run_query(&fields)?;
    read_store(&state, move |store| JsonBody::of(&run_stats(&store.stats(&query)?))).await
}
