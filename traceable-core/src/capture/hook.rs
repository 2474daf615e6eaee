//! What the attribute's hooks are called by.

use super::error_text::Failure;
use super::marker::HOOK_PANICKED;
use super::outcome::Report;
use super::panic_guard::guarded_text_or;

/// A closure applied to a reference, whose type it learns from it.
pub fn hook<'a, T: ?Sized, R>(value: &'a T, hook: impl FnOnce(&'a T) -> R) -> R {
    hook(value)
}

/// A step of `aggregate` applied to an item, whose types it learns from them.
pub fn step<'a, A, T: ?Sized>(folded: &'a mut A, item: &'a T, step: impl FnOnce(&'a mut A, &'a T)) {
    step(folded, item);
}

/// Reports what a hook makes of the error.
pub fn describe_with<T: Failure>(to: &mut impl Report, make: impl FnOnce() -> T) {
    to.report(guarded_text_or(HOOK_PANICKED, || make().error_text()));
}
