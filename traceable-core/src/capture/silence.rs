//! Where nothing is traced: while the user's `Serialize` or a hook of theirs runs, which is no part of the program's
//! own work.

use std::cell::Cell;

thread_local! {
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Whether the code that asks runs inside [`silently`].
pub(crate) fn is_silent() -> bool {
    IS_SILENT.try_with(Cell::get).unwrap_or(false)
}

/// Runs `f` where nothing is traced.
pub(crate) fn silently<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = IS_SILENT.try_with(|silent| silent.set(self.0));
        }
    }
    let _restore = Restore(IS_SILENT.try_with(|silent| silent.replace(true)).unwrap_or(false));
    f()
}
