//! The files of runs. They are what programs sent, so a browser gets nothing that it would run.

use std::ops::Bound;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{AcceptRanges, ContentRange, ETag, HeaderMapExt, IfNoneMatch, IfRange, Range};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::fields::id;
use crate::api::path::Path;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::model::stored_run::AttachmentInfo;

/// What a browser may show in its place; anything else, such as HTML or SVG, is a download.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"];

/// `GET /attachments/{run}/{name}`
pub(crate) async fn serve(
    State(state): State<ApiState>,
    Path((run_id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiResponse> {
    let run_id = id("run", &run_id)?;
    let (wanted, asked) = (name.clone(), headers);
    let found = read_store(&state, move |store| {
        let mut part = Part::Whole;
        let found = store.attachment_range(run_id, &wanted, |file| {
            part = Part::asked(&asked, file);
            part.range(file.len)
        })?;
        Ok(found.map(|(file, bytes)| (file, bytes, part)))
    });
    let Some((file, bytes, part)) = found.await? else {
        return Err(ApiResponse::detail(StatusCode::NOT_FOUND, "Attachment not found"));
    };
    let etag = etag(&file).ok_or_else(ApiResponse::internal)?;
    let mut response = part.response(file.len, bytes);
    let set = response.headers_mut();
    set.typed_insert(etag);
    set.typed_insert(AcceptRanges::bytes());
    let mime =
        HeaderValue::from_str(&file.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = disposition(&mime, &name);
    set.insert(header::CONTENT_TYPE, mime);
    set.insert(header::CONTENT_DISPOSITION, disposition);
    set.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    set.insert(header::CONTENT_SECURITY_POLICY, policy);
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// By what the file holds.
fn etag(file: &AttachmentInfo) -> Option<ETag> {
    let hex: String = file.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"").parse().ok()
}

/// What of a file is sent.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    /// The client has it.
    Unchanged,
    /// From one byte to another, which belongs to it.
    Bytes(u64, u64),
    /// A range that begins behind the end.
    Beyond,
}

impl Part {
    /// Several ranges are answered with everything, as HTTP allows.
    fn asked(headers: &HeaderMap, file: &AttachmentInfo) -> Self {
        let etag = etag(file);
        let known = headers.typed_get::<IfNoneMatch>().zip(etag.as_ref());
        if known.is_some_and(|(known, etag)| !known.precondition_passes(etag)) {
            return Part::Unchanged;
        }
        let current =
            headers.typed_get::<IfRange>().is_none_or(|given| !given.is_modified(etag.as_ref(), None));
        let range = headers.typed_get::<Range>().filter(|_| current);
        let last = file.len.saturating_sub(1);
        let ranges: Vec<_> = range.iter().flat_map(|range| range.satisfiable_ranges(file.len)).collect();
        let [(from, to)] = ranges[..] else { return Part::Whole };
        let from = match from {
            Bound::Included(from) => from,
            _ => 0,
        };
        // what ends behind the last byte ends there
        let to = match to {
            Bound::Included(to) => to.min(last),
            _ => last,
        };
        if from <= to && from < file.len { Part::Bytes(from, to) } else { Part::Beyond }
    }

    fn range(self, len: u64) -> std::ops::Range<u64> {
        match self {
            Part::Whole => 0..len,
            Part::Bytes(from, to) => from..to.saturating_add(1),
            Part::Unchanged | Part::Beyond => 0..0,
        }
    }

    fn response(self, len: u64, bytes: Vec<u8>) -> Response {
        match self {
            Part::Whole => Body::from(bytes).into_response(),
            Part::Unchanged => StatusCode::NOT_MODIFIED.into_response(),
            Part::Bytes(from, to) => {
                let mut response = (StatusCode::PARTIAL_CONTENT, Body::from(bytes)).into_response();
                if let Ok(content) = ContentRange::bytes(from..=to, len) {
                    response.headers_mut().typed_insert(content);
                }
                response
            }
            Part::Beyond => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                response.headers_mut().typed_insert(ContentRange::unsatisfied_bytes(len));
                response
            }
        }
    }
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
