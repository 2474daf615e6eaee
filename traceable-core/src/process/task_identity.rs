//! Which task is running: an ambient context is worth nothing in another one.
//!
//! A scope that is still open on a thread while the executor polls a different task there (a guard across an await,
//! a `block_on` that drives spawned tasks) would adopt that task's runs. A false parent is worse than a root, and
//! the same program must give the same tree whether its tasks share a thread or not.

use std::cell::Cell;
use std::num::NonZeroU64;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::capture::suppress::suppressed;

/// Identifies the tasks of an executor. The feature `tokio` does this for tokio. On an executor without it everything
/// works but the task check: a scope that is open on a thread is then visible to the other tasks on that thread.
///
/// ```
/// use std::num::NonZeroU64;
/// use traceable_core::TaskIdentity;
///
/// /// Numbers its tasks, and keeps the number of the one that is being polled.
/// struct MyExecutor;
///
/// thread_local!(static POLLED: std::cell::Cell<Option<NonZeroU64>> = const { std::cell::Cell::new(None) });
///
/// impl TaskIdentity for MyExecutor {
///     fn current_task(&self) -> Option<NonZeroU64> {
///         POLLED.get()
///     }
/// }
///
/// assert!(traceable_core::process::set_task_identity(MyExecutor).is_ok());
/// ```
pub trait TaskIdentity: Send + Sync + 'static {
    /// A number for the task that this thread is polling, unique among live tasks; `None` outside any task. Called at
    /// every poll of a traced future. What it calls itself is not traced.
    fn current_task(&self) -> Option<NonZeroU64>;
}

static IDENTITY: OnceLock<Box<dyn TaskIdentity>> = OnceLock::new();
static HAS_IDENTITY: AtomicBool = AtomicBool::new(false);

/// Sets the process's [`TaskIdentity`]. It can be set once.
///
/// # Errors
///
/// One is set already: it stays, and `identity` is returned.
pub fn set_task_identity(identity: impl TaskIdentity) -> Result<(), Box<dyn TaskIdentity>> {
    IDENTITY.set(Box::new(identity))?;
    HAS_IDENTITY.store(true, Relaxed);
    Ok(())
}

/// A task, or none: one word, for it is swapped at every poll.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Task(u64);

pub(crate) const NO_TASK: Task = Task(0);

/// Keeps other tasks apart from tokio's, which count from 1.
const OTHER: u64 = 1 << 63;

#[inline]
pub(crate) fn current_task() -> Task {
    #[cfg(feature = "tokio")]
    let known = tokio::task::try_id().map_or(0, number);
    #[cfg(not(feature = "tokio"))]
    let known = 0;
    if HAS_IDENTITY.load(Relaxed) { other_task(known) } else { Task(known) }
}

#[cold]
fn other_task(known: u64) -> Task {
    if known != 0 {
        return Task(known);
    }
    let id = IDENTITY.get().and_then(|identity| ask(&**identity));
    id.map_or(NO_TASK, |id| Task(id.get() | OTHER))
}

thread_local! {
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// What the program says. What it calls itself is in no task: to find out, it would be asked again, without end.
fn ask(identity: &dyn TaskIdentity) -> Option<NonZeroU64> {
    struct Restore;
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = IS_ASKED.try_with(|asked| asked.set(false));
        }
    }
    if IS_ASKED.try_with(|asked| asked.replace(true)).unwrap_or(true) {
        return None;
    }
    let _restore = Restore;
    suppressed(|| identity.current_task())
}

/// The number inside of an id, which shows it to hashers alone. Were it ever made of more than a number, it would be a
/// hash of it here.
#[cfg(feature = "tokio")]
#[inline]
fn number(id: tokio::task::Id) -> u64 {
    use std::hash::{Hash as _, Hasher};

    struct Number(u64);

    impl Hasher for Number {
        #[inline]
        fn write_u64(&mut self, number: u64) {
            self.0 = self.0.rotate_left(32) ^ number;
        }

        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }

        fn finish(&self) -> u64 {
            self.0
        }
    }

    let mut hasher = Number(0);
    id.hash(&mut hasher);
    hasher.finish()
}

/// Whether the code runs in a task.
pub(crate) fn is_in_task() -> bool {
    current_task() != NO_TASK
}
