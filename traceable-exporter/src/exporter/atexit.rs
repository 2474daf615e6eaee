//! A hook at the end of the process, for programs that keep no guard.

/// Calls `hook` when the process ends by [`std::process::exit`] or by the return from `main`, also after a panic there. Once,
/// however often it is registered.
#[cfg(unix)]
pub(crate) fn call_at_exit(hook: fn()) {
    use std::ffi::c_int;
    use std::panic::catch_unwind;
    use std::sync::OnceLock;

    static HOOK: OnceLock<fn()> = OnceLock::new();

    unsafe extern "C" {
        fn atexit(handler: extern "C" fn()) -> c_int;
    }

    extern "C" fn at_exit() {
        if let Some(hook) = HOOK.get() {
            let _ = catch_unwind(hook);
        }
    }

    if HOOK.set(hook).is_ok() {
        // SAFETY: this is the function's signature in C and POSIX, and every Unix that std supports has it in its C
        // library, which std links. The handler cannot unwind, and is a function of this program, which is there as long
        // as the process is, or is called when the library that contains it goes. If there is no memory to register it,
        // the process ends without it.
        let _ = unsafe { atexit(at_exit) };
    }
}

/// Windows ends all other threads before anything is called.
#[cfg(not(unix))]
pub(crate) fn call_at_exit(_: fn()) {}
