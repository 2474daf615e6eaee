//! The files of the page: modules, styles, the icon. They are in the binary; debug builds read them from disk each time.

use std::sync::OnceLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::api::{ApiResponse, Path};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Letters of the hash in paths.
const HASH_LEN: usize = 16;

/// The path of a file.
pub(super) fn path(file: &str) -> String {
    format!("/assets/{}/{file}", hash())
}

/// Of the contents of all files, for a module names others beside itself.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        let mut hasher = Sha256::new();
        for name in names {
            let Some(file) = Assets::get(&name) else { continue };
            hasher.update(name.as_bytes());
            hasher.update(file.metadata.sha256_hash());
        }
        let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        hex.chars().take(HASH_LEN).collect()
    })
}

/// `GET /assets/{hash}/{file}`
pub(super) async fn serve(Path((of, name)): Path<(String, String)>) -> Response {
    // the names are those of a flat folder, so that no path leads out of it
    let file = Some(&name).filter(|name| !name.contains(['/', '\\']) && !name.starts_with('.'));
    let Some(file) = file.and_then(|name| Assets::get(name)) else {
        return ApiResponse::detail(StatusCode::NOT_FOUND, "Not Found").into_response();
    };
    let mut response = file.data.into_owned().into_response();
    let for_ever = !cfg!(debug_assertions) && of == hash();
    let cache = if for_ever { "public, max-age=31536000, immutable" } else { "no-cache" };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(&name)));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// `GET /favicon.ico`, for which browsers ask unasked.
pub(super) async fn favicon() -> Redirect {
    Redirect::temporary(&path("favicon.svg"))
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
