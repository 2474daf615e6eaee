//! Nesting below a parent that is set for a whole block: `TracingContext`.
//!
//! In Python, `tracing_context` is the way to give a parent to code that has no parameter for one:
//!
//! ```python
//! import asyncio
//! from langsmith import traceable, tracing_context
//!
//! @traceable
//! async def fetch(url):
//!     await asyncio.sleep(0)
//!     return f"<{url}>"
//!
//! async def fetch_all(urls):                           # a library: not traced, and no `langsmith_extra`
//!     return await asyncio.gather(*[fetch(url) for url in urls])
//!
//! @traceable
//! def summarize(pages):
//!     return " ".join(pages)
//!
//! @traceable
//! async def parent(urls, run_tree):
//!     async def in_a_task():
//!         with tracing_context(parent=run_tree, tags=["task"]):
//!             return summarize(await fetch_all(urls))
//!     summary = await asyncio.create_task(in_a_task())
//!     with tracing_context(enabled=False):
//!         summarize(["not recorded"])
//!     return summary
//!
//! asyncio.run(parent(["a", "b"]))
//! ```
//!
//! | Python | Rust |
//! |---|---|
//! | `with tracing_context(parent=rt): f(x)` | `TracingContext::new().parent(&rt).scope(\|\| f(x))` |
//! | the same around `await` | `async { .. }.with_context(TracingContext::new().parent(&rt))` |
//! | `tracing_context(enabled=False)` | `TracingContext::new().enabled(false)` |
//!
//! A closure and an adapter instead of a guard: a guard that lives across an `.await` would be current for whatever
//! else the thread polls in between, and adopt its runs.
//!
//! Run it with `cargo run --example nesting_context`.
#![expect(clippy::print_stdout, reason = "the tree is what this program is for")]

use futures::future::join_all;
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;

#[traceable]
async fn fetch(url: String) -> String {
    tokio::task::yield_now().await;
    format!("<{url}>")
}

/// Stands for a library: not traced, and without a parameter for a parent.
async fn fetch_all(urls: Vec<String>) -> Vec<String> {
    join_all(urls.into_iter().map(fetch)).await
}

#[traceable]
fn summarize(pages: &[String]) -> String {
    pages.join(" ")
}

#[traceable]
async fn parent(urls: Vec<String>, #[run_tree] rt: RunTree) -> String {
    let context = TracingContext::new().parent(&rt).tag("task");
    // all that is called in the block is ours, however deep inside the library the call is made
    let in_a_task = async { summarize(&fetch_all(urls).await) }.with_context(context);
    let summary = tokio::spawn(in_a_task).await.expect("the task does not panic");

    TracingContext::new().enabled(false).scope(|| summarize(&["not recorded".to_owned()]));
    summary
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let recorder = Recorder::install();
    assert_eq!(parent(vec!["a".to_owned(), "b".to_owned()]).await, "<a> <b>");

    print!("{}", recorder.forest());
    assert_tree!(recorder.forest(), "parent > (fetch, fetch, summarize)");
    assert_eq!(recorder.run("summarize").tags, ["task"]);
}
