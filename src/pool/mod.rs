//! rayon's threads, with the context of whoever gives them work.
//!
//! In: a closure or a parallel iterator, and the context where it was given. Out: the same results. No thread of a pool
//! keeps a context after the work that brought it.

mod context_thread_pool;
mod parallel_iterator;

pub use self::context_thread_pool::{ContextThreadPool, PoolError, PoolScope, Submitted};
pub use self::parallel_iterator::{InCurrentRun, ParallelIteratorExt};
