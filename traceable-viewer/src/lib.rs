//! A local collector and viewer for LangSmith-style traces, on one SQLite file.
//!
//! The binary `traceable` runs it (`traceable serve`, or `traceable run -- COMMAND`) and shows traces in the terminal
//! (`traceable tree`, `ls`, `sql`; `traceable help` lists the commands). This library embeds the collector in a program: a
//! test, an example, a tool.
//!
//! ```
//! use traceable_viewer::{Viewer, render_tree};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let db = dir.path().join("traceable.db");
//! let viewer = Viewer::builder().db(&db).port(0).start()?;
//! // .. a program sends its runs to `viewer.url()`, then:
//! if let Some(latest) = viewer.store().latest_trace()? {
//!     println!("{}", render_tree(&viewer.store().trace(latest.trace_id)?));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it speaks
//!
//! `GET /info`, `POST /runs/multipart`, `POST /runs/batch`, `POST /runs` and `PATCH /runs/{id}`, each also below
//! `/api`, `/api/v1` and `/v1`; bodies plain, gzip, deflate or zstd. OTLP at `/v1/traces` and `/otel/v1/traces`, in
//! protobuf or JSON: spans become runs. The server answers 202 when the runs are committed. Good
//! runs are stored even beside bad ones: the answer is 202 with a list of the rejected runs, and 422 only if none was
//! stored.
//!
//! A span is a run whose id is made of the ids of its trace and itself, so it may be sent twice, and before its parent.
//! Its type, inputs, outputs, model and tokens are read from the attributes of GenAI, OpenInference, OpenLLMetry (Traceloop),
//! Logfire and LangSmith; what none of them knows becomes metadata. Its project is `langsmith.trace.session_name`, else the
//! header `Langsmith-Project`, else the resource's `openinference.project.name` or `service.name`. A run that LangSmith's
//! SDK sends both ways is stored once, as it came by LangSmith's protocol, with the span's ids in its metadata.
//!
//! What was sent is read back by both versions of LangSmith's API: runs by id and by filter, traces, threads, projects,
//! feedback, files (`/attachments`), shared runs (`/public`) and statistics (within a thousandth above 65 536 runs). The
//! routes of version 2 are below `/api/v2` and `/v2`, and send runs as server-sent events when `Accept` asks for them. A
//! run in version 1 has all keys, whatever is selected; without a `min_start_time` version 2 answers with all runs, and not
//! with those of the last day; tokens and costs of a thread are those of all runs of its traces. What needs a language
//! model (`ai_search`, `sem_filter`), `thread_filter`, bounds of feedback and `include_subtree_usage` get a 501; datasets,
//! prompts and queues a 404. With a token, links to files are signed, for clients load files without credentials;
//! everything else, shared runs too, needs the token.
//!
//! # The page
//!
//! A browser that opens the address sees the traces: lists that follow what arrives, trees with their waterfall, and why a
//! run is not where it belongs. All of it is in the binary; it loads nothing from anywhere else, and what programs sent
//! is text to it. Links to runs in LangSmith's form lead to the same run here. With a token, a browser shows it once
//! (`?token=..`, or the form that asks for it) and has a cookie from then on, which works for this page alone.
//!
//! # Limits
//!
//! What a client can ask for is bounded: connections, the time it may be silent, memory, the writer's time. Over a bound
//! the server answers 413 for what can never fit, and 429 or 503 with a `Retry-After` for what can be sent again.
//! A question to the database that takes longer than 30 s is ended, and answered with 422 and what to narrow.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

// Layers, from the top down. Each uses only those below it.
//
//   commands/       the commands of the binary: arguments, and what they print
//   viewer/         starts and stops all of it, on a thread of its own
//   server/         connections: which are accepted, time limits, the end
//   page/           the page in the browser: shells, assets, and what its modules ask for
//   api/            HTTP: routes, responses, who may call, warnings
//   transfer/       runs to and from lines of JSON
//   ingest/         from the bytes of a request to changes of runs
//   run_json/       a run as LangSmith's JSON
//   query/          which runs are asked for: filters, pages
//   sql/            queries in SQL that people write: views over the tables
//   store/          the SQLite file: schema, the writer, readers, how changes merge
//   terminal/       a trace as text
//   extract/        from JSON texts of a run to what lists and filters ask for
//   model/          types that the others share: runs, changes, times, reasons to refuse
//   memory_budget.rs  bytes that all requests together may hold
//   error_chain.rs  an error and its causes, as one line
mod api;
mod error_chain;
mod extract;
mod ingest;
mod memory_budget;
mod model;
mod page;
mod query;
mod run_json;
mod server;
mod sql;
mod store;
mod terminal;
mod transfer;
mod viewer;

/// What the fuzz targets call.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing {
    use crate::ingest::{OtlpEncoding, RequestLimits, boundary, read_multipart, read_otlp};

    /// A filter; what it is printed as is the same filter.
    pub fn filter(text: &str) {
        crate::query::read_and_print(text);
    }

    /// A body of `POST /v1/traces`, in both encodings.
    pub fn otlp(body: &[u8]) {
        for encoding in [OtlpEncoding::Protobuf, OtlpEncoding::Json] {
            let mut reservation = crate::memory_budget::MemoryBudget::new(1 << 30).reservation();
            let _ = read_otlp(body, encoding, None, &RequestLimits::default(), &mut reservation);
        }
    }

    /// A body of `POST /runs/multipart`.
    pub fn multipart(content_type: &str, body: &[u8]) {
        let Ok(boundary) = boundary(content_type) else { return };
        let mut reservation = crate::memory_budget::MemoryBudget::new(1 << 30).reservation();
        let body = bytes::Bytes::copy_from_slice(body);
        let _ = read_multipart(&body, &boundary, &RequestLimits::default(), &mut reservation);
    }
}

#[doc(hidden)]
pub use error_chain::error_chain;
pub use model::stored_run::{AttachmentInfo, RunStatus, StoredFeedback, StoredRun, TraceSummary, Usage};
#[doc(hidden)]
pub use model::time::parse_iso as parse_time;
pub use query::{
    AllThreads, FeedbackStats, FilterError, Order, QueryError, RunPage, RunQuery, RunStats, ThreadPage,
    ThreadQuery, ThreadSummary, ThreadTurn, TraceCounts, TraceTotals, TurnPage,
};
pub use sql::{SqlError, SqlReader, SqlValue};
pub use store::{PrunePlan, PruneReport, Retention, Store, StoreError, WriteLock, plan_prune, prune};
#[doc(hidden)]
pub use terminal::{Table, format_bytes, format_cost, format_duration, format_time, one_line, render_run};
pub use terminal::{TreeStyle, render_tree, render_tree_with};
pub use transfer::{ImportError, Imported, Importer, export_line};
pub use viewer::{DEFAULT_DB, DEFAULT_PORT, Viewer, ViewerBuilder, ViewerError};
