//! Nesting in async code: generators inside generators, and a parent that is passed explicitly.
//!
//! In Python, where an event loop older than 3.11 cannot give a new task the context of its creator:
//!
//! ```python
//! import asyncio
//! from langsmith import traceable
//!
//! @traceable
//! async def look_up(word):
//!     return word.upper()
//!
//! @traceable
//! async def words(text):                               # an async generator
//!     for word in text.split():
//!         yield await look_up(word)
//!
//! @traceable
//! async def sentences(texts):                          # a generator that consumes another
//!     for text in texts:
//!         async for word in words(text):
//!             yield word
//!
//! @traceable
//! async def parent(texts, run_tree):                   # `run_tree` is filled in by the decorator
//!     found = [word async for word in sentences(texts)]
//!     by_extra = asyncio.create_task(look_up("task", langsmith_extra={"parent": run_tree}))
//!     return found + [await by_extra]
//!
//! asyncio.run(parent(["a b", "c"]))
//! ```
//!
//! | Python | Rust |
//! |---|---|
//! | `async def` with `yield` | a function that returns `impl Stream` |
//! | parameter `run_tree` | parameter `#[run_tree] rt: RunTree`; callers leave it out here too |
//! | `f(x, langsmith_extra={"parent": rt})` | `Extra::new().parent(&rt).call(\|\| f(x))`, or `f(x).with_parent(&rt)` |
//! | `create_task(f(x))` | `tokio::spawn(f(x))`, which nests without help: the call is made here |
//! | `create_task` of a coroutine that calls `f` later | `tokio::spawn(async { f(x).await })`, which needs the parent |
//!
//! Run it with `cargo run --example nesting_async`.
#![expect(clippy::print_stdout, reason = "the tree is what this program is for")]

use futures::{Stream, StreamExt};
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::Recorder;

#[traceable]
async fn look_up(word: String) -> String {
    word.to_uppercase()
}

#[traceable]
fn words(text: String) -> impl Stream<Item = String> {
    async_stream::stream! {
        for word in text.split_whitespace() {
            yield look_up(word.to_owned()).await; // a child of this call of `words`
        }
    }
}

#[traceable]
fn sentences(texts: Vec<String>) -> impl Stream<Item = String> {
    async_stream::stream! {
        for text in texts {
            let mut words = std::pin::pin!(words(text)); // a child of `sentences`, open until its last word
            while let Some(word) = words.next().await {
                yield word;
            }
        }
    }
}

#[traceable]
async fn parent(texts: Vec<String>, #[run_tree] rt: RunTree) -> Vec<String> {
    let mut found: Vec<String> = sentences(texts).collect().await;

    // the call is made here and only polled elsewhere: nothing to pass
    let called_here = tokio::spawn(look_up("spawned".to_owned()));

    // the call is made inside the new task, which knows nothing of us: the block takes our run along
    let by_extra = tokio::spawn({
        let rt = rt.clone();
        async move { Extra::new().parent(&rt).call(|| look_up("extra".to_owned())).await }
    });
    let by_adapter = tokio::spawn(async move { look_up("adapter".to_owned()).with_parent(&rt).await });

    for task in [called_here, by_extra, by_adapter] {
        found.push(task.await.expect("`look_up` does not panic"));
    }
    found
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let recorder = Recorder::install();
    let found = parent(vec!["a b".to_owned(), "c".to_owned()]).await;
    assert_eq!(found, ["A", "B", "C", "SPAWNED", "EXTRA", "ADAPTER"]);

    print!("{}", recorder.forest());
    assert_tree!(
        recorder.forest(),
        "parent > (
            sentences > (words > (look_up, look_up), words > look_up),
            look_up, look_up, look_up
        )"
    );
}
