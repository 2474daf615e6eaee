//! A trace of 5 000 runs.

use serde_json::json;
use traceable_core::Timestamp;

use super::trace::{Step, Trace, extra};

/// Sections of 102 runs each; with the root and the report they are 5 000.
const SECTIONS: i64 = 49;
const PAGES: i64 = 50;

/// Of so many pages one cannot be read.
const FAILS_EACH: i64 = 97;

pub(crate) fn crawl_site(at: Timestamp) -> Trace {
    const PAGE_MS: i64 = 24;
    const SECTION_MS: i64 = 2 * (PAGES + 1) * PAGE_MS / 2;
    // four sections at a time
    let length_ms = (SECTIONS + 3) / 4 * SECTION_MS + 400;
    let mut trace = Trace::new(at, "crawl_site", 2_700_000);
    let root = trace.run(Step::new(
        "crawl_site",
        "chain",
        None,
        0,
        length_ms,
        json!({
            "inputs": {"site": "docs", "sections": SECTIONS}, "outputs": {"pages": SECTIONS * PAGES}, "tags": ["5000 runs"],
            "extra": extra(json!({"concurrency": 4})),
        }),
    ));
    for number in 0..SECTIONS {
        let start = 20 + number / 4 * SECTION_MS + number % 4 * 7;
        let end = start + SECTION_MS - 30;
        let fields = json!({"inputs": {"section": number}, "outputs": {"pages": PAGES}});
        let section =
            trace.run(Step::new(format!("crawl_section {number}"), "chain", Some(root), start, end, fields));
        for page in 0..PAGES {
            let from = start + 5 + page * PAGE_MS;
            let to = from + 15 + page % 7;
            let inputs = json!({"path": format!("/{number}/{page}")});
            let is_broken = (number * PAGES + page) % FAILS_EACH == FAILS_EACH - 1;
            let fields = if is_broken {
                json!({"inputs": inputs, "error": "HttpError: 404 Not Found"})
            } else {
                json!({"inputs": inputs, "outputs": {"bytes": 2_000 + page * 37}})
            };
            let fetched = trace.run(Step::new("fetch_page", "tool", Some(section), from, to, fields));
            let fields = json!({"inputs": inputs, "outputs": {"words": 300 + page}});
            trace.run(Step::new("parse_page", "parser", Some(fetched), from + 9, to - 2, fields));
        }
        let fields = json!({"inputs": {"section": number}, "outputs": {"links": 12 + number % 9}});
        trace.run(Step::new("check_links", "chain", Some(section), end - 20, end - 4, fields));
    }
    let fields = json!({"inputs": {"pages": SECTIONS * PAGES}, "outputs": {"report": "done"}});
    trace.run(Step::new("write_report", "llm", Some(root), length_ms - 200, length_ms - 5, fields));
    trace
}
