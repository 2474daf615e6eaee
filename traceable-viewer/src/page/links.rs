//! Links as LangSmith writes them, which its clients print: they lead to the pages here.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::not_found;
use crate::api::{ApiResponse, ApiState, Path, read_store};

/// `GET /r/{run}`
pub(super) async fn run(
    State(state): State<ApiState>,
    Path(run): Path<String>,
) -> Result<Response, ApiResponse> {
    Ok(match run.parse() {
        Ok(run) => to_run(&state, run).await?,
        Err(_) => no_run(),
    })
}

/// `GET /o/{tenant}/projects/p/{project}/r/{run}`
pub(super) async fn run_of_project(
    State(state): State<ApiState>,
    Path((_, _, run)): Path<(String, String, String)>,
) -> Result<Response, ApiResponse> {
    self::run(State(state), Path(run)).await
}

/// `GET /o/{tenant}/projects/p/{project}`
pub(super) async fn project(
    State(state): State<ApiState>,
    Path((_, project)): Path<(String, String)>,
) -> Result<Response, ApiResponse> {
    let name = match project.parse::<Uuid>() {
        Ok(id) => {
            let found = read_store(&state, move |store| Ok(store.project(id)?)).await?;
            found.map(|project| project.name)
        }
        Err(_) => None,
    };
    Ok(match name {
        Some(name) => {
            let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
            Redirect::to(&format!("/?project={name}")).into_response()
        }
        None => not_found::page(
            "There is no such project",
            "It may have been deleted, or be in another database.",
        ),
    })
}

/// `GET /public/{token}/r`, where clients say that a shared run is.
pub(super) async fn shared(
    State(state): State<ApiState>,
    Path(token): Path<String>,
) -> Result<Response, ApiResponse> {
    let Ok(token) = token.parse() else { return Ok(no_run()) };
    match read_store(&state, move |store| Ok(store.shared_run(token)?)).await? {
        Some(run) => to_run(&state, run).await,
        None => Ok(no_run()),
    }
}

/// The page of a run's trace, with the run chosen.
pub(super) async fn to_run(state: &ApiState, run: Uuid) -> Result<Response, ApiResponse> {
    let found = read_store(state, move |store| store.names(&[run])).await?;
    Ok(match found.get(&run) {
        Some((trace, _)) if *trace == run => Redirect::to(&format!("/trace/{trace}")).into_response(),
        Some((trace, _)) => Redirect::to(&format!("/trace/{trace}?run={run}")).into_response(),
        None => no_run(),
    })
}

/// The answer for a run that is not stored.
pub(super) fn no_run() -> Response {
    not_found::page(
        "There is no such run",
        "It may not have arrived yet, have been deleted, or be in another database.",
    )
}
