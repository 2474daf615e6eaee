//! Where nothing is traced: while the user's `Serialize` or a hook of theirs runs, which is no part of the program's
//! own work.

use std::cell::Cell;

thread_local! {
    static IS_SUPPRESSED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the code that asks runs inside [`suppressed`].
pub(crate) fn is_suppressed() -> bool {
    IS_SUPPRESSED.try_with(Cell::get).unwrap_or(false)
}

thread_local! {
    static IS_IN_SINK: Cell<bool> = const { Cell::new(false) };
}

/// Runs a sink's code, unless it is a sink's code that asks for it: what a sink traces would come back to it.
/// Returns whether it ran.
pub(crate) fn in_sink(f: impl FnOnce()) -> bool {
    struct Restore;
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = IS_IN_SINK.try_with(|inside| inside.set(false));
        }
    }
    if IS_IN_SINK.try_with(|inside| inside.replace(true)).unwrap_or(false) {
        return false;
    }
    let _restore = Restore;
    suppressed(f);
    true
}

/// Runs `f` where nothing is traced.
#[inline]
pub(crate) fn suppressed<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = IS_SUPPRESSED.try_with(|silent| silent.set(self.0));
        }
    }
    let _restore = Restore(IS_SUPPRESSED.try_with(|silent| silent.replace(true)).unwrap_or(false));
    f()
}
