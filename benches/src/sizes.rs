//! How much larger a future is for being annotated: three levels with an argument of 1 KiB, beside `tracing` and
//! `fastrace`. And how much memory a call takes that has begun and goes on: it has two small arguments.

mod alloc;
mod discard;

use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use discard::Discard;

#[global_allocator]
static GLOBAL: alloc::Counting = alloc::Counting;

#[derive(Clone, serde::Serialize)]
struct Big(#[serde(serialize_with = "length")] [u8; 1024]);

fn length<S: serde::Serializer>(bytes: &[u8; 1024], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(bytes.len() as u64)
}

macro_rules! levels {
    ($(#[$a:meta])*) => {
        $(#[$a])*
        async fn one(big: Big) -> usize {
            std::future::ready(()).await;
            black_box(&big).0.len()
        }

        $(#[$a])*
        async fn two(big: Big) -> usize {
            one(big.clone()).await + black_box(&big).0.len()
        }

        $(#[$a])*
        async fn three(big: Big) -> usize {
            two(big.clone()).await + black_box(&big).0.len()
        }

        pub(super) fn sizes() -> [usize; 3] {
            let big = Big([0; 1024]);
            [
                std::mem::size_of_val(&one(big.clone())),
                std::mem::size_of_val(&two(big.clone())),
                std::mem::size_of_val(&three(big)),
            ]
        }
    };
}

macro_rules! waits {
    ($(#[$a:meta])*) => {
        $(#[$a])*
        pub(super) async fn waits(x: u64, s: &str) {
            black_box((x, s));
            std::future::pending::<()>().await;
        }
    };
}

/// Bytes per call, of many that wait, with all that is held for them but the future itself.
fn live<F: Future<Output = ()>>(call: impl Fn() -> F) -> i64 {
    const CALLS: usize = 1000;
    let mut calls: Vec<Pin<Box<F>>> = Vec::with_capacity(CALLS);
    // what is made once is made by the first
    black_box(Box::pin(call())).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
    let before = alloc::live();
    for _ in 0..CALLS {
        let mut future = Box::pin(call());
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        calls.push(future);
    }
    let bytes = alloc::live() - before;
    drop(calls);
    bytes / CALLS as i64 - size_of::<F>() as i64
}

mod plain {
    use super::*;
    levels!();
    waits!();
}
mod ours {
    use super::*;
    levels!(#[traceable::traceable]);
    waits!(#[traceable::traceable]);
}
mod tracing_ {
    use super::*;
    levels!(#[tracing::instrument(skip_all)]);
    waits!(#[tracing::instrument]);
}
mod fastrace_ {
    use super::*;
    levels!(#[fastrace::trace]);

    // names in a text do not reach through the macro
    #[fastrace::trace(short_name = true, properties = { "x": "{x}", "s": "{s}" })]
    pub(super) async fn waits(x: u64, s: &str) {
        black_box((x, s));
        std::future::pending::<()>().await;
    }
}

fn main() {
    let plain = plain::sizes();
    println!("{:<12}{:>8}{:>8}{:>8}{:>10}", "bytes", "1 level", "2", "3", "ratio");
    for (peer, sizes) in [
        ("plain", plain),
        ("traceable", ours::sizes()),
        ("tracing", tracing_::sizes()),
        ("fastrace", fastrace_::sizes()),
    ] {
        let ratio = sizes[2] as f64 / plain[2] as f64;
        println!("{peer:<12}{:>8}{:>8}{:>8}{ratio:>10.2}", sizes[0], sizes[1], sizes[2]);
    }

    let s = black_box("the quick brown fox");
    println!("\n{:<12}{:>14}", "bytes", "a live call");
    println!("{:<12}{:>14}", "plain", live(|| plain::waits(1, s)));
    traceable::process::install_sink(Arc::new(Discard));
    let ours = traceable::trace("root").scope(|_| live(|| ours::waits(1, s)));
    println!("{:<12}{ours:>14}", "traceable");
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).expect("no other is set");
    println!("{:<12}{:>14}", "tracing", live(|| tracing_::waits(1, s)));
    fastrace::set_reporter(Discard, fastrace::collector::Config::default());
    let root = fastrace::Span::root("root", fastrace::prelude::SpanContext::random());
    let _guard = root.set_local_parent();
    println!("{:<12}{:>14}", "fastrace", live(|| fastrace_::waits(1, s)));
}
