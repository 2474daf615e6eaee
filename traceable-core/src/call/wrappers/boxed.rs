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

    /// A box of the same kind, of the wrapper.
    type Holding<W>;

    /// The same value.
    fn same(self) -> Self::Same;

    /// Boxes the wrapper.
    fn holding<W>(wrapper: W) -> Self::Holding<W>;
}

impl<T: ?Sized> Boxed for Box<T> {
    type Same = Self;
    type Holding<W> = Box<W>;

    #[inline]
    fn same(self) -> Self {
        self
    }

    #[inline]
    fn holding<W>(wrapper: W) -> Box<W> {
        Box::new(wrapper)
    }
}

impl<T: ?Sized> Boxed for Pin<Box<T>> {
    type Same = Self;
    type Holding<W> = Pin<Box<W>>;

    #[inline]
    fn same(self) -> Self {
        self
    }

    #[inline]
    fn holding<W>(wrapper: W) -> Pin<Box<W>> {
        Box::pin(wrapper)
    }
}

/// Asks whether a value is a box.
pub fn boxed<T: Boxed>(value: T) -> T::Same {
    value.same()
}

/// Boxes the wrapper as `T` is a box.
pub fn hold<T: Boxed, W>(wrapper: W) -> T::Holding<W> {
    T::holding(wrapper)
}
