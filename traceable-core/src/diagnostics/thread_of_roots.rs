//! Threads on which a root is what one expects: what `main` or a test calls first begins a trace on purpose.
//!
//! The test harness gives a thread the test's name, and other threads have names as well: those of a pool, of a runtime,
//! of a worker. So the name is only the first look, and what is on the stack decides. That takes a tenth of a second once,
//! and next to nothing afterwards; so it is done in the programs that cargo makes of tests only.

use std::backtrace::Backtrace;
use std::cell::OnceCell;
use std::panic::catch_unwind;
use std::sync::LazyLock;
use std::thread::{Thread, current};

thread_local! {
    static IS_MAIN: OnceCell<bool> = const { OnceCell::new() };
    static IS_OF_A_TEST: OnceCell<bool> = const { OnceCell::new() };
}

/// Whether the code that asks runs on the main thread.
pub(crate) fn is_main() -> bool {
    IS_MAIN.try_with(|known| *known.get_or_init(|| name_is(|name| name == "main"))).unwrap_or(false)
}

/// Whether the code that asks runs on the thread of a test.
pub(crate) fn is_of_a_test() -> bool {
    IS_OF_A_TEST.try_with(|known| *known.get_or_init(look)).unwrap_or(false)
}

fn look() -> bool {
    name_is(is_path)
        && is_test_program()
        && Backtrace::force_capture().to_string().contains(": test::run_test")
}

/// A thread that has ended but for the functions registered by `atexit` has no name any more: to ask for it panics.
fn name_is(expected: impl Fn(&str) -> bool) -> bool {
    let thread: Option<Thread> = catch_unwind(current).ok();
    thread.as_ref().and_then(Thread::name).is_some_and(expected)
}

/// Whether it is the path of a function, which is what a test is called by.
fn is_path(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':')
}

/// The programs that cargo makes of tests are known by their folder.
fn is_test_program() -> bool {
    static IS_ONE: LazyLock<bool> = LazyLock::new(|| {
        let program = std::env::current_exe().ok();
        program.as_ref().and_then(|path| path.parent()).is_some_and(|folder| folder.ends_with("deps"))
    });
    *IS_ONE
}
