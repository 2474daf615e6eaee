//! Values whose work comes later, returned where the attribute takes them for finished.
//!
//! A result that is recorded must serialise, which no future, stream or iterator does. One that is not recorded may
//! be anything, so the attribute asks it: a method with a bound is preferred to that of a trait wherever the bound
//! holds, and being deprecated it warns there. In generic code only declared bounds count.

/// A value that is asked `.future()`, `.stream()` and `.iterator()`.
pub struct Lazy<'a, T: ?Sized>(pub &'a T);

/// The answer of everything that is none of these.
pub trait NotLazy {
    /// Not a future.
    fn future(&self) {}
    /// Not a stream.
    fn stream(&self) {}
    /// Not an iterator.
    fn iterator(&self) {}
}

impl<T: ?Sized> NotLazy for Lazy<'_, T> {}

impl<T: Future + ?Sized> Lazy<'_, T> {
    /// A future.
    #[deprecated(
        note = "this function returns a future, but its run ends before that is awaited: return `impl Future<..>`, \
                or, if this is an alias of a boxed future, add `future` to `#[traceable(..)]`"
    )]
    pub fn future(&self) {}
}

#[cfg(feature = "stream")]
impl<T: futures_core::Stream + ?Sized> Lazy<'_, T> {
    /// A stream.
    #[deprecated(
        note = "this function returns a stream, but its run ends before that is worked through: return `impl \
                Stream<..>`, or, if this is an alias of a boxed stream, add `stream` to `#[traceable(..)]`"
    )]
    pub fn stream(&self) {}
}

impl<T: Iterator + ?Sized> Lazy<'_, T> {
    /// An iterator.
    #[deprecated(
        note = "this function returns an iterator, but its run ends before that is worked through: return `impl \
                Iterator<..>`, or, if this is an alias of a boxed iterator, add `iter` to `#[traceable(..)]`"
    )]
    pub fn iterator(&self) {}
}
