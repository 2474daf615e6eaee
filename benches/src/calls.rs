//! What an annotated call costs the thread that makes it: traceable beside `tracing` and `fastrace`.
//!
//! `cargo run --release --bin calls` prints a table: nanoseconds (the best of many chunks), allocations, CPU time of
//! the whole process, and instructions of the calling thread, counted by valgrind if it is installed. Instructions
//! are the figure to compare: they repeat.

mod alloc;
mod discard;

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::process::Command;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use discard::Discard;

#[global_allocator]
static GLOBAL: alloc::Counting = alloc::Counting;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(out) = future.as_mut().poll(&mut cx) {
            return out;
        }
    }
}

/// Pending so many times, then ready.
struct Pendings(u64);

impl Future for Pendings {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

#[inline(always)]
fn work(x: u64, s: &str) -> u64 {
    black_box(x).wrapping_mul(31).wrapping_add(black_box(s).len() as u64)
}

/// The functions that are measured, under the given attributes: a root calls a leaf `x` times.
macro_rules! bodies {
    ($(#[$a:meta])*) => {
        $(#[$a])*
        #[inline(never)]
        fn leaf(x: u64, s: &str) -> u64 {
            work(x, s)
        }

        $(#[$a])*
        #[inline(never)]
        fn root(x: u64, s: &str) -> u64 {
            (0..x).fold(0, |sum, i| sum.wrapping_add(leaf(i, s)))
        }

        $(#[$a])*
        #[inline(never)]
        async fn leaf_async(x: u64, s: &str) -> u64 {
            work(x, s)
        }

        $(#[$a])*
        #[inline(never)]
        async fn root_async(x: u64, s: &str) -> u64 {
            let mut sum = 0u64;
            for i in 0..x {
                sum = sum.wrapping_add(leaf_async(i, s).await);
            }
            sum
        }

        $(#[$a])*
        #[inline(never)]
        async fn polls(x: u64, s: &str) -> u64 {
            Pendings(x).await;
            work(x, s)
        }

        pub(super) const CASE: super::Case = super::Case {
            sync: root,
            asynchronous: |n, s| block_on(root_async(n, s)),
            polls: |n, s| block_on(polls(n, s)),
            bind: bound,
        };
    };
}

/// A closure is made in a span, carries it, and is called once. Every peer in the way that its docs show.
macro_rules! binds {
    ($(#[$a:meta])* |$work:ident| $bind:expr) => {
        $(#[$a])*
        #[inline(never)]
        fn bound(x: u64, s: &str) -> u64 {
            (0..x).fold(0, |sum, i| {
                let $work = || work(i, s);
                sum.wrapping_add($bind)
            })
        }
    };
}

mod plain {
    use super::*;
    bodies!();
    binds!(|work| black_box(work)());
}
mod ours {
    use super::*;
    use traceable::traceable;
    bodies!(#[traceable]);
    binds!(
        #[traceable]
        |work| black_box(traceable::bind(work))()
    );
}
mod ours_bare {
    use super::*;
    use traceable::traceable;
    bodies!(#[traceable(skip_all, skip_output)]);
    binds!(
        #[traceable(skip_all, skip_output)]
        |work| black_box(traceable::bind(work))()
    );
}
mod tracing_bare {
    use super::*;
    bodies!(#[tracing::instrument(skip_all)]);
    binds!(
        #[tracing::instrument(skip_all)]
        |work| {
            let here = tracing::Span::current();
            black_box(move || here.in_scope(work))()
        }
    );
}
mod tracing_fields {
    use super::*;
    bodies!(#[tracing::instrument(ret)]);
    binds!(
        #[tracing::instrument(ret)]
        |work| {
            let here = tracing::Span::current();
            black_box(move || here.in_scope(work))()
        }
    );
}

mod fastrace_bare {
    use super::*;
    use fastrace::prelude::*;
    bodies!(#[trace(short_name = true)]);
    // what is carried is a span of its own
    binds!(
        #[trace(short_name = true)]
        |work| {
            let here = Span::enter_with_local_parent("bound");
            black_box(move || {
                let _guard = here.set_local_parent();
                work()
            })()
        }
    );

    /// fastrace makes no root by attribute.
    pub(super) const ROOTED: Case = Case {
        sync: |n, s| {
            let span = Span::root("root", SpanContext::random());
            let _guard = span.set_local_parent();
            root(n, s)
        },
        asynchronous: |n, s| block_on(root_async(n, s).in_span(Span::root("root", SpanContext::random()))),
        polls: |n, s| block_on(polls(n, s).in_span(Span::root("root", SpanContext::random()))),
        bind: |n, s| {
            let span = Span::root("root", SpanContext::random());
            let _guard = span.set_local_parent();
            bound(n, s)
        },
    };
}

mod fastrace_fields {
    use super::*;
    use fastrace::local::LocalSpan;
    use fastrace::prelude::*;

    #[inline(never)]
    #[trace(short_name = true, properties = { "x": "{x}", "s": "{s}" })]
    fn leaf(x: u64, s: &str) -> u64 {
        let result = work(x, s);
        LocalSpan::add_property(|| ("return", result.to_string()));
        result
    }

    #[inline(never)]
    #[trace(short_name = true, properties = { "x": "{x}", "s": "{s}" })]
    async fn leaf_async(x: u64, s: &str) -> u64 {
        let result = work(x, s);
        LocalSpan::add_property(|| ("return", result.to_string()));
        result
    }

    pub(super) const ROOTED: Case = Case {
        sync: |n, s| {
            let span = Span::root("root", SpanContext::random());
            let _guard = span.set_local_parent();
            (0..n).fold(0, |sum, i| sum.wrapping_add(leaf(i, s)))
        },
        asynchronous: |n, s| {
            let body = async move {
                let mut sum = 0u64;
                for i in 0..n {
                    sum = sum.wrapping_add(leaf_async(i, s).await);
                }
                sum
            };
            block_on(body.in_span(Span::root("root", SpanContext::random())))
        },
        polls: super::fastrace_bare::ROOTED.polls,
        bind: super::fastrace_bare::ROOTED.bind,
    };
}

#[derive(Clone, Copy)]
struct Case {
    sync: fn(u64, &str) -> u64,
    asynchronous: fn(u64, &str) -> u64,
    polls: fn(u64, &str) -> u64,
    bind: fn(u64, &str) -> u64,
}

const PEERS: [&str; 12] = [
    "plain",
    "traceable off",
    "tracing off",
    "fastrace off",
    "traceable bare",
    "tracing registry",
    "fastrace",
    "traceable",
    "fastrace fields",
    "traceable off, gate open",
    "tracing off, fields",
    "tracing registry, fields",
];

fn set_up(peer: &str) -> (Case, fn()) {
    let nothing = || ();
    match peer {
        "plain" => (plain::CASE, nothing),
        "traceable off" => (ours::CASE, nothing),
        "traceable off, gate open" => {
            traceable::process::install_sink(std::sync::Arc::new(Discard));
            traceable::process::set_enabled(false);
            (ours::CASE, nothing)
        }
        "traceable" | "traceable bare" => {
            traceable::process::install_sink(std::sync::Arc::new(Discard));
            (if peer == "traceable" { ours::CASE } else { ours_bare::CASE }, nothing)
        }
        "tracing off" => (tracing_bare::CASE, nothing),
        "tracing off, fields" => (tracing_fields::CASE, nothing),
        "tracing registry" | "tracing registry, fields" => {
            tracing::subscriber::set_global_default(tracing_subscriber::registry()).expect("no other is set");
            (if peer == "tracing registry" { tracing_bare::CASE } else { tracing_fields::CASE }, nothing)
        }
        "fastrace off" => (fastrace_bare::CASE, nothing),
        "fastrace" | "fastrace fields" => {
            fastrace::set_reporter(Discard, fastrace::collector::Config::default());
            (
                if peer == "fastrace" { fastrace_bare::ROOTED } else { fastrace_fields::ROOTED },
                fastrace::flush,
            )
        }
        other => panic!("no peer `{other}`; there are {PEERS:?}"),
    }
}

/// All that is measured; valgrind collects between entering and leaving it.
#[inline(never)]
#[unsafe(no_mangle)]
fn hot(f: fn(u64, &str) -> u64, traces: u64, n: u64, s: &str) {
    for _ in 0..traces {
        black_box(f(black_box(n), s));
    }
}

const CALLS: u64 = 10;
const POLLS: u64 = 1000;
const BINDS: u64 = 100;

/// How often per chunk, and how many calls or polls one is.
fn shape(kind: &str) -> (u64, u64, u64) {
    match kind {
        "polls" => (20, POLLS, POLLS),
        "bind" => (90, BINDS, BINDS),
        _ => (90, CALLS, CALLS + 1),
    }
}

fn process_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let own = stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let others: u64 = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|task| task.file_name().to_string_lossy() != std::process::id().to_string())
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|stat| stat.split(' ').next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(own + others)
}

/// `calls PEER KIND CHUNKS`: one peer, in a process of its own. Prints ns, allocations and CPU ns per call.
fn measure(peer: &str, kind: &str, chunks: u32) {
    let (case, flush) = set_up(peer);
    let f = match kind {
        "sync" => case.sync,
        "async" => case.asynchronous,
        "bind" => case.bind,
        _ => case.polls,
    };
    let (traces, n, per_trace) = shape(kind);
    let s = black_box("the quick brown fox");
    hot(f, 3, n, s);
    flush();
    let per_chunk = (traces * per_trace) as f64;
    let (mut best, mut allocations) = (f64::MAX, 0);
    let cpu = process_cpu();
    for _ in 0..chunks {
        let (before, start) = (alloc::count(), Instant::now());
        hot(f, traces, n, s);
        best = best.min(start.elapsed().as_nanos() as f64 / per_chunk);
        allocations += alloc::count() - before;
        flush();
    }
    let cpu = (process_cpu() - cpu).as_nanos() as f64 / per_chunk / f64::from(chunks);
    println!("{best:.1} {:.2} {cpu:.0}", allocations as f64 / per_chunk / f64::from(chunks));
}

/// Instructions of the calling thread per call, by valgrind.
fn instructions(peer: &str, kind: &str) -> Option<f64> {
    const CHUNKS: u32 = 5;
    let out = std::env::temp_dir().join(format!("traceable-callgrind-{}", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes", "--toggle-collect=hot"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().ok()?)
        .args([peer, kind, &CHUNKS.to_string()])
        .output()
        .ok()?;
    let file = out.with_file_name(format!("{}-01", out.file_name()?.to_str()?));
    let text = std::fs::read_to_string(&file).ok()?;
    let _ = (std::fs::remove_file(file), std::fs::remove_file(out));
    let total: f64 = text.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()?;
    let (traces, _, per_trace) = shape(kind);
    // the warm-up goes through `hot` as well
    let calls = (traces * u64::from(CHUNKS) + 3) * per_trace;
    status.status.success().then_some(total / calls as f64)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [peer, kind, chunks] = &args[..] {
        return measure(peer, kind, chunks.parse().expect("a number of chunks"));
    }
    for kind in ["sync", "async", "polls", "bind"] {
        println!("\n{kind:<26}{:>10}{:>14}{:>10}{:>14}", "ns", "instructions", "allocs", "process ns");
        for peer in PEERS {
            let this = std::env::current_exe().expect("this program");
            let output = Command::new(this).args([peer, kind, "200"]).output().expect("this program runs");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let [ns, allocs, cpu] = &text.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{peer} {kind}: {}", String::from_utf8_lossy(&output.stderr))
            };
            let ir = instructions(peer, kind).map_or("-".to_owned(), |ir| format!("{ir:.0}"));
            println!("{peer:<26}{ns:>10}{ir:>14}{allocs:>10}{cpu:>14}");
        }
    }
}
