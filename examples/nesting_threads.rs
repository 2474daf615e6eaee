//! Nesting across threads: a pool that carries the context, and a run that is passed explicitly.
//!
//! In Python, where the threads of an ordinary executor start without a context:
//!
//! ```python
//! from concurrent.futures import ThreadPoolExecutor
//! from langsmith import get_current_run_tree, traceable
//! from langsmith.utils import ContextThreadPoolExecutor
//!
//! @traceable
//! def square(x):
//!     return x * x
//!
//! @traceable
//! def with_context_pool(numbers):
//!     with ContextThreadPoolExecutor() as pool:
//!         return list(pool.map(square, numbers))
//!
//! @traceable
//! def by_hand(numbers):
//!     rt = get_current_run_tree()
//!     with ThreadPoolExecutor() as pool:
//!         extra = {"parent": rt}
//!         return list(pool.map(lambda x: square(x, langsmith_extra=extra), numbers))
//!
//! with_context_pool([1, 2, 3])
//! by_hand([1, 2, 3])
//! ```
//!
//! | Python | Rust |
//! |---|---|
//! | `ContextThreadPoolExecutor` | `ContextThreadPool`, on rayon (feature `rayon`) |
//! | `get_current_run_tree()` | `current_run_tree()`, an `Option<RunTree>` |
//! | `square(x, langsmith_extra={"parent": rt})` | `Extra::new().parent(&rt).call(\|\| square(x))` |
//! | `contextvars.copy_context().run` | `bind(closure)`, for a thread or pool of any kind |
//!
//! Run it with `cargo run --example nesting_threads`.
#![expect(clippy::print_stdout, reason = "the trees are what this program is for")]

use std::thread;

use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{ContextThreadPool, PoolError, assert_tree, bind, current_run_tree};

#[traceable]
fn square(x: u32) -> u32 {
    x * x
}

#[traceable]
fn with_context_pool(numbers: &[u32]) -> Result<Vec<u32>, PoolError> {
    let pool = ContextThreadPool::new(2)?;
    Ok(pool.map(numbers.iter().copied(), square))
}

#[traceable]
fn by_hand(numbers: &[u32]) -> Vec<u32> {
    let rt = current_run_tree();
    thread::scope(|scope| {
        let call = |&x| {
            let rt = rt.clone();
            scope.spawn(move || Extra::new().parent(&rt).call(|| square(x)))
        };
        let threads: Vec<_> = numbers.iter().map(call).collect();
        threads.into_iter().map(|thread| thread.join().expect("`square` does not panic")).collect()
    })
}

/// What both come to, in one word: the closure remembers where it was made.
#[traceable]
fn by_bind(x: u32) -> u32 {
    thread::spawn(bind(move || square(x))).join().expect("`square` does not panic")
}

fn main() -> Result<(), PoolError> {
    let recorder = Recorder::install();
    assert_eq!(with_context_pool(&[1, 2, 3])?, [1, 4, 9]);
    assert_eq!(by_hand(&[1, 2, 3]), [1, 4, 9]);
    assert_eq!(by_bind(4), 16);

    print!("{}", recorder.forest());
    assert_tree!(
        recorder.forest(),
        "with_context_pool > (square, square, square);
         by_hand > (square, square, square);
         by_bind > square"
    );
    Ok(())
}
