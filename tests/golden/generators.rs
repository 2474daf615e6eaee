//! Generators: to the end, left early, failing, empty, never started.

use std::fmt;

use futures::{Stream, StreamExt};
use serde::Serialize;
use traceable::traceable;

use crate::agreed::{BROKEN_TRACE, LEFT_EARLY, NOT_REPR, of_0_11};
use crate::compare::{Captured, golden};
use crate::difference::{changed, python_only, rust_only, rust_only_some};

#[traceable]
fn inner(i: u32) -> u32 {
    i * 10
}

#[derive(Debug)]
struct Boom;

impl fmt::Display for Boom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("boom")
    }
}

impl std::error::Error for Boom {}

#[derive(Serialize)]
struct Joined {
    joined: String,
}

fn join(items: &[u32]) -> Joined {
    Joined { joined: items.iter().map(u32::to_string).collect() }
}

// @traceable
// def inner(i): return i * 10
// @traceable(run_type="llm", reduce_fn=lambda items: {"joined": "".join(map(str, items))})
// def gen(n):
//     for i in range(n): inner(i); yield i
//     return "retval"
// list(gen(3))
//
// @traceable
// def gen_break(n): yield from range(n)
// for x in gen_break(5):
//     if x == 1: break
//
// @traceable
// def gen_raise(): yield 1; raise ValueError("boom")
// try: list(gen_raise())
// except ValueError: pass
//
// @traceable
// def gen_abandon(): yield 1; yield 2
// kept = gen_abandon(); next(kept)           # lives until the program ends
//
// @traceable
// def gen_empty(): yield from ()
// list(gen_empty())
// gen_empty()                                # never started
#[test]
fn sync_generator() {
    #[traceable(run_type = "llm", reduce = join)]
    fn r#gen(n: u32) -> impl Iterator<Item = u32> {
        (0..n).inspect(|i| {
            inner(*i);
        })
    }
    #[traceable]
    fn gen_break(n: u32) -> impl Iterator<Item = u32> {
        0..n
    }
    #[traceable]
    fn gen_raise() -> impl Iterator<Item = Result<u32, Boom>> {
        [Ok(1), Err(Boom)].into_iter()
    }
    #[traceable]
    fn gen_abandon() -> impl Iterator<Item = u32> {
        [1, 2].into_iter()
    }
    #[traceable]
    fn gen_empty() -> impl Iterator<Item = u32> {
        std::iter::empty()
    }
    let meant = [
        changed("#1.outputs.joined", "012retval", "012", "an iterator has no value besides its items"),
        python_only("#5.error", "GeneratorExit()", LEFT_EARLY),
        rust_only("#5.extra.metadata.stream_dropped", true, LEFT_EARLY),
        changed("#6.error", "ValueError('boom')", "boom", NOT_REPR),
    ];
    golden(include_str!("captures/sync_generator.json"), Captured::Apart, meant, || {
        assert_eq!(r#gen(3).count(), 3);
        for x in gen_break(5) {
            if x == 1 {
                break;
            }
        }
        assert!(gen_raise().last().unwrap().is_err());
        let mut kept = gen_abandon();
        kept.next();
        std::mem::forget(kept);
        assert_eq!(gen_empty().count(), 0);
        drop(gen_empty());
    });
}

#[derive(Serialize)]
struct Token {
    tok: u32,
}

// @traceable
// async def inner(i): return i * 10
// @traceable(run_type="llm")
// async def agen(n):
//     for i in range(n): await inner(i); yield {"tok": i}
// async for _ in agen(3): pass
//
// g = agen(5); await anext(g); await anext(g); await g.aclose()
//
// @traceable
// async def slow(): await asyncio.sleep(10)
// task = asyncio.create_task(slow()); await asyncio.sleep(0.05); task.cancel()
#[test]
fn async_generator() {
    #[traceable]
    async fn inner(i: u32) -> u32 {
        tokio::task::yield_now().await;
        i * 10
    }
    #[traceable(run_type = "llm")]
    fn agen(n: u32) -> impl Stream<Item = Token> {
        async_stream::stream! {
            for i in 0..n {
                inner(i).await;
                yield Token { tok: i };
            }
        }
    }
    #[traceable]
    async fn slow() {
        std::future::pending::<()>().await;
    }
    let cancelled =
        "a dropped future is cancelled; no exception says so, and readers can tell it from a failure";
    let meant = [
        of_0_11(),
        python_only("#5.error", "GeneratorExit()", LEFT_EARLY),
        rust_only("#5.extra.metadata.stream_dropped", true, LEFT_EARLY),
        changed("#8.error", "CancelledError()", "Cancelled", NOT_REPR),
        rust_only("#8.extra.metadata.cancelled", true, cancelled),
        rust_only("#8.extra.metadata.broken_trace_reason", "no_context_in_task", BROKEN_TRACE),
        rust_only_some("#8.extra.metadata.broken_trace_site", BROKEN_TRACE),
    ];
    golden(include_str!("captures/async_generator.json"), Captured::Apart, meant, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            assert_eq!(agen(3).count().await, 3);
            {
                let mut left = std::pin::pin!(agen(5));
                left.next().await;
                left.next().await;
            }
            let task = tokio::spawn(slow());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}
