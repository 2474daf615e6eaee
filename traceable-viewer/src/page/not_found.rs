//! What is answered for a path that nobody knows: a page to people, JSON to programs.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{headers::html, shell::notice};
use crate::api::ApiResponse;

pub(super) async fn answer(request: Request) -> Response {
    let path = request.uri().path();
    let is_api =
        ["/api", "/v1", "/v2"].iter().any(|api| path == *api || path.starts_with(&format!("{api}/")));
    match !is_api && wants_html(request.headers()) {
        true => page("There is no such page", "The address is not one of traceable's."),
        false => ApiResponse::detail(StatusCode::NOT_FOUND, "Not Found").into_response(),
    }
}

/// A page that says what was not found.
pub(super) fn page(title: &str, text: &str) -> Response {
    let mut response = html(notice(title, text));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Whether a browser asks for something to show.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|list| list.split(','));
    types.any(|one| one.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("text/html")))
}
