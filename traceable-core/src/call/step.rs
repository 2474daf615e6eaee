//! Closures behind a pointer, so that what calls them is compiled once and not for each annotated function.

/// `FnMut(T)` as a trait object. The compiler makes three functions for each closure that becomes a `dyn FnMut`, of
/// which two are never called; with hundreds of annotated functions that is seen in the build time.
pub trait Step<T> {
    /// Calls it.
    fn step(&mut self, on: T);
}

impl<T, F: FnMut(T)> Step<T> for F {
    #[inline]
    fn step(&mut self, on: T) {
        self(on);
    }
}
