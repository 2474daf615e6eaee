//! What an alias may hide.

use std::pin::Pin;

/// A box: its content can be wrapped, and the type stays the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no alias of a boxed type: remove the option, and return `impl Future`, `impl Stream` or `impl \
               Iterator`",
    label = "this is no box",
    note = "the wrapper of a traced future, stream or iterator fits into a box, and into no other type",
    note = "if this is an alias of a `Result` or `Option` of a box, write it out: `Result<Alias, Error>`"
)]
pub trait Boxed {
    /// The same type. That of a type that is no box is unknown, so the compiler reports nothing else about it.
    type Same;

    /// The same value.
    fn same(self) -> Self::Same;
}

impl<T: ?Sized> Boxed for Box<T> {
    type Same = Self;

    #[inline]
    fn same(self) -> Self {
        self
    }
}

impl<T: ?Sized> Boxed for Pin<Box<T>> {
    type Same = Self;

    #[inline]
    fn same(self) -> Self {
        self
    }
}

/// Asks whether a value is a box.
pub fn boxed<T: Boxed>(value: T) -> T::Same {
    value.same()
}
