//! Which future, stream or iterator is polled.

/// An object, by where it lies and how large it is: a struct and its first field lie in one place, and differ in
/// size.
///
/// `.with_parent(..)` speaks of what it is put on and of nothing inside it; this is how the wrapper of a traced call
/// knows that it is what is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectId {
    address: usize,
    size: usize,
}

impl ObjectId {
    #[inline]
    pub(crate) fn of<T>(object: &T) -> ObjectId {
        ObjectId { address: std::ptr::from_ref(object).addr(), size: size_of::<T>() }
    }

    /// Whether it is no larger than a box: what it holds lies elsewhere.
    pub(crate) fn may_be_a_box(self) -> bool {
        self.size <= 2 * size_of::<usize>()
    }
}

/// What `.with_parent(..)` was put on.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) object: ObjectId,
    /// The call that returned it, if it is boxed: then the object lies elsewhere.
    pub(crate) call: u64,
}

impl Target {
    pub(crate) fn is(&self, object: ObjectId, call: u64) -> bool {
        self.object == object || (self.object.may_be_a_box() && call != 0 && self.call == call)
    }
}
