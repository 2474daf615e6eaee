//! What an alias may hide.

use std::pin::Pin;

/// A box: its content can be wrapped, and the type stays the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a traced future, stream or iterator: it is no box",
    label = "this is no alias of a boxed type",
    note = "return `impl Future`, `impl Stream` or `impl Iterator`, which needs no option, or a box of one"
)]
pub trait Boxed {}

impl<T: ?Sized> Boxed for Box<T> {}
impl<T: ?Sized> Boxed for Pin<Box<T>> {}

/// Asks whether a value is a box.
pub fn boxed<T: Boxed>(value: T) -> T {
    value
}
