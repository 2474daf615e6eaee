//! The page in the browser: HTML around hand-written ES modules, and what these ask for below `/api/local`.
//!
//! In: requests of a browser. Out: shells with the first answer inside, assets, JSON in the form that the modules read.
//! Never: text of a run as HTML, a script or style inside a page, SQL.

mod assets;
mod headers;
mod links;
mod local;
mod not_found;
mod pages;
mod shell;
mod sign_in;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::api::{AccessPolicy, ApiState};

/// The pages, and the answer for paths that nobody knows.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/", get(pages::list))
        .route("/trace/{id}", get(pages::trace))
        .route("/nesting", get(pages::nesting))
        .route("/compare", get(pages::compare))
        .route("/assets/{hash}/{file}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .route("/r/{run}", get(links::run))
        .route("/o/{tenant}/projects/p/{project}", get(links::project))
        .route("/o/{tenant}/projects/p/{project}/r/{run}", get(links::run_of_project))
        .route("/public/{token}/r", get(links::shared))
        .nest("/api/local", local::routes())
        .fallback(not_found::answer)
}

/// What is around all routes: browsers sign in by a link.
pub(crate) fn around(app: Router, access: AccessPolicy) -> Router {
    app.layer(from_fn_with_state(access, sign_in::check))
}
