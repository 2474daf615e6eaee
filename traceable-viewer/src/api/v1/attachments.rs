//! The files of runs. They are what programs sent, so a browser gets nothing that it would run.

use std::ops::Bound;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{AcceptRanges, ContentRange, ETag, HeaderMapExt, IfNoneMatch, IfRange, Range};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::api::fields::id;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};

/// What a browser may show in its place; anything else, such as HTML or SVG, is a download.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"];

/// `GET /attachments/{run}/{name}`
pub(crate) async fn serve(
    State(state): State<ApiState>,
    Path((run_id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiResponse> {
    let run_id = id("run", &run_id)?;
    let wanted = name.clone();
    let found = read_store(&state, move |store| Ok(store.typed_attachment(run_id, &wanted)?)).await?;
    let Some((mime, bytes)) = found else {
        return Err(ApiResponse::detail(StatusCode::NOT_FOUND, "Attachment not found"));
    };
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, &bytes);
    let etag: ETag = format!("\"{}\"", hash.simple()).parse().map_err(|_| ApiResponse::internal())?;
    let unchanged = headers.typed_get::<IfNoneMatch>().is_some_and(|given| !given.precondition_passes(&etag));
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { part(&headers, &etag, bytes) };
    let set = response.headers_mut();
    set.typed_insert(etag);
    set.typed_insert(AcceptRanges::bytes());
    let mime = HeaderValue::from_str(&mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = disposition(&mime, &name);
    set.insert(header::CONTENT_TYPE, mime);
    set.insert(header::CONTENT_DISPOSITION, disposition);
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    set.insert(header::CONTENT_SECURITY_POLICY, policy);
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// All bytes, or the one range that is asked for. Several ranges are answered with everything, as HTTP allows.
fn part(headers: &HeaderMap, etag: &ETag, bytes: Vec<u8>) -> Response {
    let current = headers.typed_get::<IfRange>().is_none_or(|given| !given.is_modified(Some(etag), None));
    let range = headers.typed_get::<Range>().filter(|_| current);
    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let ranges: Vec<_> = range.iter().flat_map(|range| range.satisfiable_ranges(len)).collect();
    let [(from, to)] = ranges[..] else { return Body::from(bytes).into_response() };
    let from = match from {
        Bound::Included(from) => from,
        _ => 0,
    };
    // what ends behind the last byte ends there
    let to = match to {
        Bound::Included(to) => to.min(len.saturating_sub(1)),
        _ => len.saturating_sub(1),
    };
    let slice = || bytes.get(usize::try_from(from).ok()?..=usize::try_from(to).ok()?).map(<[u8]>::to_vec);
    let (Some(slice), Ok(content)) = (slice(), ContentRange::bytes(from..=to, len)) else {
        let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
        response.headers_mut().typed_insert(ContentRange::unsatisfied_bytes(len));
        return response;
    };
    let mut response = (StatusCode::PARTIAL_CONTENT, Body::from(slice)).into_response();
    response.headers_mut().typed_insert(content);
    response
}

/// Whether it is shown or saved, and under which name: the last part of its own.
fn disposition(mime: &HeaderValue, name: &str) -> HeaderValue {
    let mime = mime.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let mime = mime.to_ascii_lowercase();
    let shown = SHOWN.contains(&mime.as_str()) || mime.starts_with("audio/");
    let kind = if shown { "inline" } else { "attachment" };
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let text = format!("{kind}; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}
