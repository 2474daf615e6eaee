//! A process that lives long: what the library holds does not grow with the number of runs that have ended.
//!
//! Live bytes are counted, not guessed from outside: an allocator of this binary counts them. The work is the same in
//! every round, so after a few rounds to fill what is bounded, the bytes at the end of each have to be the same.

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering::Relaxed};

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, Stream, StreamExt};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use traceable::prelude::*;
use traceable::{
    ContextHandle, ContextThreadPool, Envelope, RunOperation, RunSink, bind, process, task, trace,
};

/// Runs that end in one round are counted, and so many rounds are made that there are 200 000.
const RUNS: usize = 200_000;
/// To fill what is bounded: reports, the tables of the executor.
const ROUNDS_TO_WARM_UP: usize = 10;
/// Ids that were given by hand are remembered, the last few thousand.
const REMEMBERED_IDS: usize = 5_000;
/// For the executor's own tables. A hundredth of a byte a run: not one of a thousand may leave anything.
const TOLERANCE: isize = 2_000;

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: all is left to the system's allocator, the bytes are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size() as isize, Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts the runs that end, and keeps nothing.
#[derive(Default)]
struct Ended(AtomicUsize);

impl RunSink for Ended {
    fn submit(&self, operation: RunOperation) {
        self.0.fetch_add(usize::from(operation.end_time.is_some()), Relaxed);
    }
}

#[traceable]
fn leaf(x: u64) -> u64 {
    x
}

#[traceable]
async fn child(x: u64) -> u64 {
    tokio::task::yield_now().await;
    leaf(x)
}

#[traceable(tags = ["soak"], metadata(size = 3))]
async fn tree(x: u64, #[run_tree] run: RunTree) -> Result<u64, String> {
    run.add_metadata("x", x);
    let sum = child(x).await + tokio::spawn(child(x)).await.unwrap();
    let run = trace("block").input("x", x).scope(RunTree::clone);
    run.scope(|| leaf(1));
    if x.is_multiple_of(4) { Err("on purpose".to_owned()) } else { Ok(sum) }
}

#[traceable]
fn tokens(n: u64) -> impl Stream<Item = u64> {
    leaf(n);
    async_stream::stream! {
        for x in 0..n {
            yield child(x).await;
        }
    }
}

#[traceable]
fn unpolled(n: u64) -> impl Stream<Item = u64> {
    futures::stream::iter(0..n)
}

#[traceable]
fn numbers(n: u64) -> impl Iterator<Item = u64> {
    (0..n).map(leaf)
}

#[traceable]
async fn never(x: u64) {
    child(x).await;
    std::future::pending().await
}

#[traceable]
fn panics() {
    std::panic::resume_unwind(Box::new("on purpose"));
}

/// Its eager part makes a child that outlives it.
#[traceable(skip_all)]
fn reserved(late: &mut Option<BoxFuture<'static, u64>>) -> impl Stream<Item = u64> + use<> {
    *late = Some(Box::pin(child(1)));
    futures::stream::empty()
}

/// Ends while its tasks go on: they hold its context until they are through, or aborted.
#[traceable]
async fn leaves_tasks(x: u64) {
    let here = ContextHandle::current();
    task::spawn(async move {
        tokio::task::yield_now().await;
        here.scope(|| leaf(x));
        child(x).await;
    });
    let mut set = task::JoinSet::new();
    set.spawn(never(x));
    tokio::task::yield_now().await;
    drop(Envelope::new(x));
}

/// Ends at once; what it returns are children that come later.
#[traceable(skip_output)]
async fn ends_early(x: u64) -> Late {
    Late { child: Box::pin(child(x)), tokens: tokens(2).boxed(), run: RunTree::current().unwrap() }
}

struct Late {
    child: BoxFuture<'static, u64>,
    tokens: BoxStream<'static, u64>,
    run: RunTree,
}

impl Late {
    async fn arrive(mut self) {
        self.child.await;
        self.tokens.next().await;
        Extra::new().parent(&self.run).name("later still").call(|| leaf(1));
    }
}

/// Lives as long as the process, and works for runs that have long ended.
#[traceable(skip_all)]
async fn actor(mut messages: tokio::sync::mpsc::UnboundedReceiver<(u64, RunTree)>) {
    while let Some((x, run)) = messages.recv().await {
        child(x).with_parent(&run).await;
        child(x).await;
        run.scope(|| leaf(x));
    }
}

/// A generator that never ends.
#[traceable(skip_output)]
fn ticks() -> impl Stream<Item = u64> {
    futures::stream::iter(0..).then(child)
}

/// What lives from round to round.
struct Process {
    late: Vec<Late>,
    actor: UnboundedSender<(u64, RunTree)>,
    ticks: Pin<Box<dyn Stream<Item = u64>>>,
    pool: ContextThreadPool,
    unsampled: RunTree,
}

impl Process {
    fn start() -> Process {
        let (actor, messages) = unbounded_channel();
        tokio::spawn(self::actor(messages));
        process::set_sampling_rate(0.0);
        let unsampled = RunTree::builder("unsampled").build();
        process::set_sampling_rate(1.0);
        Process {
            late: Vec::new(),
            actor,
            ticks: Box::pin(ticks()),
            pool: ContextThreadPool::new(1).unwrap(),
            unsampled,
        }
    }

    async fn round(&mut self, round: u64) {
        for x in 0..20 {
            let _ = tree(x).await;
            tokens(3).collect::<Vec<_>>().await;
            assert_eq!(numbers(3).count(), 3);
            catch_unwind(panics).unwrap_err();
            self.abandons(x);
            self.abandons_after_an_item(x).await;
            // children of the round before
            if self.late.len() >= 20 {
                self.late.remove(0).arrive().await;
            }
            let late = ends_early(x).await;
            self.actor.send((x, late.run.clone())).unwrap();
            self.late.push(late);
            self.ticks.next().await;
            loses_its_context(x).await;
            leaves_tasks(x).await;
            self.unsampled.scope(|| (leaf(x), child(x))).1.await;
            self.unsampled.scope(|| tokens(3).boxed()).next().await;
        }
        given_twice(round);
        TracingContext::new().enabled(false).scope(|| leaf(1));
        let parent = RunTree::builder("by hand").build();
        let work = parent.scope(|| bind(|| leaf(2)));
        self.pool.submit(work).join().unwrap();
        std::thread::spawn(parent.scope(|| bind(|| leaf(3)))).join().unwrap();
        parent.post().end().patch();
        let headers = parent.to_headers();
        Extra::new().parent(headers.as_slice()).call(|| leaf(4));
    }

    /// Streams and blocks that are left after an item, half way to the next, and in a task of their own.
    async fn abandons_after_an_item(&self, x: u64) {
        let mut left = tokens(3).boxed();
        left.next().await;
        let mut half_way = tokens(3).boxed();
        half_way.next().await;
        assert!(half_way.next().now_or_never().is_none());
        tokio::spawn(async move { drop((left, half_way)) }).await.unwrap();
        // a run that has a child after all was over
        let mut late = None;
        drop(reserved(&mut late));
        late.unwrap().await;
        drop(trace("never polled").future(|_| child(x)));
        let mut block = Box::pin(trace("half way").future(|_| never(x)));
        assert!(block.as_mut().now_or_never().is_none());
    }

    /// Calls that are never polled, and some that are polled in part.
    fn abandons(&self, x: u64) {
        drop((child(x), never(x), unpolled(3), tokens(3), numbers(3)));
        drop(child(x).with_parent(self.late.first().map(|late| &late.run)));
        let mut never = Box::pin(never(x));
        assert!(never.as_mut().now_or_never().is_none());
        let mut tokens = tokens(3).boxed();
        assert!(tokens.next().now_or_never().is_none());
        numbers(3).next();
        let _ = catch_unwind(AssertUnwindSafe(|| leaf(x)));
    }
}

/// An id that is given by hand, and again.
fn given_twice(x: u64) {
    let id = traceable::new_run_id(traceable::Timestamp::now());
    for _ in 0..2 {
        Extra::new().run_id(id).tag("t").metadata("x", x).call(|| leaf(x));
    }
}

/// A block that carries nothing: what it calls are roots, and that is reported.
async fn loses_its_context(x: u64) {
    trace("loses").scope(|_| tokio::spawn(async move { child(x).await })).await.unwrap();
}

#[test]
fn what_is_held_does_not_grow_with_the_runs_that_have_ended() {
    traceable::diagnostics::set_diagnostic_hook(|_| ());
    let ended = Arc::new(Ended::default());
    process::install_sink(ended.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut process = Process::start();
        (0..REMEMBERED_IDS).for_each(|x| given_twice(x as u64));
        for round in 0..ROUNDS_TO_WARM_UP {
            process.round(round as u64).await;
        }
        let (runs_before, before) = (ended.0.load(Relaxed), LIVE.load(Relaxed));
        let mut most = before;
        let mut text = format!("{before} bytes before");
        for quarter in 1..=4 {
            while ended.0.load(Relaxed) - runs_before < RUNS / 4 * quarter {
                process.round(7).await;
                most = most.max(LIVE.load(Relaxed));
            }
            let (runs, live) = (ended.0.load(Relaxed) - runs_before, LIVE.load(Relaxed));
            text += &format!(", {live} after {runs} runs");
        }
        let after = LIVE.load(Relaxed);
        text += &format!(", {most} at most");
        eprintln!("{text}");
        assert!(after - before < TOLERANCE && most - before < TOLERANCE, "{text}");
    });
}
