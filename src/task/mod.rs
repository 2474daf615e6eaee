//! tokio's ways to start tasks, each of which carries the current context.
//!
//! A traced call that is spawned directly, `tokio::spawn(answer(question))`, needs none of this: it is made here, and
//! nests here. These are for blocks and closures that make their calls later, in the task.
//!
//! ```
//! use traceable::{task, traceable};
//!
//! #[traceable]
//! async fn embed(text: String) -> usize { text.len() }
//!
//! #[traceable]
//! async fn answer(text: String) -> usize {
//!     let length = task::spawn(async move { embed(text).await });      // `embed` is a child of `answer`
//!     length.await.unwrap()
//! }
//! # tokio::runtime::Runtime::new().unwrap().block_on(async { assert_eq!(answer("four".into()).await, 4) });
//! ```

mod join_set;
mod spawn;
#[cfg(feature = "tokio-util")]
mod task_tracker;

pub use self::join_set::JoinSet;
pub use self::spawn::{block_in_place, spawn, spawn_blocking, spawn_local};
#[cfg(feature = "tokio-util")]
pub use self::task_tracker::TaskTracker;
#[cfg(tokio_unstable)]
pub use traceable_core::watch_spawns;
