//! What generators hold, counted by an allocator of this binary, for each thread by itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures::stream::Stream;
use traceable::testing::Recorder;
use traceable::{stream, traceable};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // a thread that is going down allocates without being counted
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
    let _ = ALLOCATIONS.try_with(|made| made.set(made.get() + usize::from(bytes > 0)));
}

// SAFETY: all is left to the system's allocator, which is counted beside it in cells that allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MANY: u64 = 200_000;

#[traceable(aggregate(0, |sum: &mut u64, item| *sum += item))]
fn aggregated() -> impl Iterator<Item = u64> {
    0..MANY
}

#[traceable(aggregate(0, |sum: &mut u64, item| *sum += item))]
fn aggregated_stream() -> impl Stream<Item = u64> {
    stream(async |out| {
        for i in 0..MANY {
            out.yield_(i).await;
        }
    })
}

#[traceable]
fn kept() -> impl Iterator<Item = u64> {
    0..MANY
}

fn next<S: Stream>(stream: Pin<&mut S>) -> Option<S::Item> {
    match stream.poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(item) => item,
        Poll::Pending => panic!("nothing is waited for here"),
    }
}

/// The allocations, and the bytes that stay, from the second item on to the last but one.
fn made_between(mut next: impl FnMut() -> Option<u64>) -> (usize, isize) {
    assert_eq!((next(), next()), (Some(0), Some(1)));
    let (made, live) = (ALLOCATIONS.get(), LIVE.get());
    for _ in 2..MANY {
        next().unwrap();
    }
    let held = (ALLOCATIONS.get() - made, LIVE.get() - live);
    assert_eq!(next(), None);
    held
}

#[test]
fn an_aggregate_holds_nothing_but_its_value() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let mut items = aggregated();
        assert_eq!(made_between(|| items.next()), (0, 0));
        let mut items = pin!(aggregated_stream());
        assert_eq!(made_between(|| next(items.as_mut())), (0, 0));
        // the same without it keeps what it may, so this counts what is kept
        let mut items = kept();
        assert!(made_between(|| items.next()).1 > 10_000);
    });
    for name in ["aggregated", "aggregated_stream"] {
        let run = recorder.run(name);
        assert_eq!(run.outputs["output"], MANY * (MANY - 1) / 2);
        assert_eq!(run.metadata.get("items_not_recorded"), None);
    }
}

#[test]
fn a_stream_of_a_block_is_one_allocation() {
    let made = ALLOCATIONS.get();
    let mut items = pin!(stream(async |out| {
        for i in 0..100_u64 {
            out.yield_(i).await;
        }
    }));
    let mut count = 0;
    while next(items.as_mut()).is_some() {
        count += 1;
    }
    assert_eq!((count, ALLOCATIONS.get() - made), (100, 1));
}
