//! A global allocator that counts what the calling thread asks for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

pub struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

/// How often the calling thread has asked for memory so far.
#[allow(dead_code, reason = "each program counts one or the other")]
pub fn count() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

/// Bytes that the calling thread has asked for and not given back.
#[allow(dead_code, reason = "each program counts one or the other")]
pub fn live() -> i64 {
    LIVE.with(Cell::get)
}

fn note(more: usize, less: usize) {
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + u64::from(more > 0)));
    let _ = LIVE.try_with(|n| n.set(n.get() + more as i64 - less as i64));
}

// SAFETY: every call is passed on to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
