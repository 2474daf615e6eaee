//! What the address of a page says: which runs, in which order.

use crate::api::{ApiResponse, Fields, bad};
use crate::model::time;
use crate::query::{RunQuery, Sort, SortKey};

/// Rows of a page of a list when nobody says, and at most.
const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;

/// What a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Traces,
    Runs,
    Threads,
    Projects,
}

pub(super) fn tab(fields: &Fields) -> Result<Tab, ApiResponse> {
    match text(fields, "tab")?.as_deref() {
        None | Some("traces") => Ok(Tab::Traces),
        Some("runs") => Ok(Tab::Runs),
        Some("threads") => Ok(Tab::Threads),
        Some("projects") => Ok(Tab::Projects),
        Some(_) => Err(bad("`tab` is traces, runs, threads or projects")),
    }
}

/// Conditions and place of a page.
pub(super) fn query(fields: &Fields, tab: Tab) -> Result<RunQuery, ApiResponse> {
    Ok(RunQuery {
        projects: text(fields, "project")?.into_iter().collect(),
        is_root: (tab != Tab::Runs).then_some(true),
        min_start_us: moment(fields, "from")?,
        max_start_us: moment(fields, "to")?,
        filter: text(fields, "filter")?,
        text: text(fields, "search")?,
        cursor: text(fields, "cursor")?,
        limit: Some(fields.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT)),
        ..RunQuery::default()
    })
}

/// The newest first when nobody says.
pub(super) fn sort(fields: &Fields, tab: Tab) -> Result<Sort, ApiResponse> {
    let text = text(fields, "sort")?.unwrap_or_else(|| "-start".to_owned());
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (&*text, false),
    };
    let key = match name {
        "start" => SortKey::Start,
        "latency" => SortKey::Latency,
        "tokens" => SortKey::Tokens,
        "cost" => SortKey::Cost,
        "name" => SortKey::Name,
        _ => {
            return Err(bad(
                "`sort` is start, latency, tokens, cost or name, with `-` for the largest first",
            ));
        }
    };
    Ok(Sort { key, descending, of_traces: tab == Tab::Traces })
}

/// A text that is not blank.
pub(super) fn text(fields: &Fields, key: &str) -> Result<Option<String>, ApiResponse> {
    Ok(fields.text(key)?.filter(|text| !text.trim().is_empty()))
}

/// A time in milliseconds since 1970, or as ISO 8601; in microseconds since 1970.
fn moment(fields: &Fields, key: &str) -> Result<Option<i64>, ApiResponse> {
    let Some(text) = text(fields, key)? else { return Ok(None) };
    let us = match text.trim().parse::<f64>() {
        Ok(ms) => time::from_epoch_ms(ms),
        Err(_) => time::parse_iso(&text),
    };
    us.map(Some)
        .ok_or_else(|| bad(format!("`{key}` is no time: milliseconds since 1970, or 2026-11-22T13:24:33Z")))
}
