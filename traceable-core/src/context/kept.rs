//! A value that was put aside in a context: if nobody takes it out, it is dropped there.

use super::handle::ContextHandle;

/// A value, and the context in which it was put aside. What it calls while it is dropped, unused, nests there, and not
/// under whoever drops it.
#[derive(Clone)]
pub(super) struct Kept<T> {
    /// There until it is taken out, or dropped.
    value: Option<T>,
    here: ContextHandle,
}

impl<T> Kept<T> {
    /// Puts a value aside in the current context.
    #[inline]
    pub(super) fn current(value: T) -> Kept<T> {
        Kept::new(value, ContextHandle::current())
    }

    #[inline]
    pub(super) fn new(value: T, here: ContextHandle) -> Kept<T> {
        Kept { value: Some(value), here }
    }

    #[inline]
    pub(super) fn here(&self) -> &ContextHandle {
        &self.here
    }

    #[inline]
    pub(super) fn value(&self) -> &T {
        match &self.value {
            Some(value) => value,
            None => taken_out(),
        }
    }

    #[inline]
    pub(super) fn parts_mut(&mut self) -> (&mut T, &ContextHandle) {
        match &mut self.value {
            Some(value) => (value, &self.here),
            None => taken_out(),
        }
    }

    /// Takes the value out, once.
    #[inline]
    pub(super) fn take(&mut self) -> T {
        match self.value.take() {
            Some(value) => value,
            None => taken_out(),
        }
    }

    #[inline]
    pub(super) fn into_parts(mut self) -> (T, ContextHandle) {
        (self.take(), self.here.clone())
    }
}

#[cold]
#[inline(never)]
fn taken_out() -> ! {
    unreachable!("a value is there as long as what it was kept in")
}

impl<T> Drop for Kept<T> {
    #[inline]
    fn drop(&mut self) {
        if std::mem::needs_drop::<T>()
            && let Some(value) = self.value.take()
        {
            self.here.__resume(|| drop(value));
        }
    }
}
