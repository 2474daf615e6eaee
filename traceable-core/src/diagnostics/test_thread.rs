//! Whether a thread runs one of Rust's tests: what a test calls first begins a trace on purpose.
//!
//! The test harness gives such a thread the test's name, and other threads have names as well: those of a pool, of a
//! runtime, of a worker. So the name is only the first look, and what is on the stack decides. That takes a tenth of a
//! second once, and next to nothing afterwards; so it is done in the programs that cargo makes of tests only.

use std::backtrace::Backtrace;
use std::cell::OnceCell;
use std::sync::LazyLock;

thread_local! {
    static IS_OF_A_TEST: OnceCell<bool> = const { OnceCell::new() };
}

/// Whether the code that asks runs on the thread of a test.
pub(crate) fn is_current() -> bool {
    IS_OF_A_TEST.try_with(|known| *known.get_or_init(look)).unwrap_or(false)
}

fn look() -> bool {
    let thread = std::thread::current();
    thread.name().is_some_and(is_path)
        && is_test_program()
        && Backtrace::force_capture().to_string().contains(": test::run_test")
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
