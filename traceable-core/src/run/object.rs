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
    pub(crate) fn of<T: ?Sized>(object: &T) -> ObjectId {
        ObjectId { address: std::ptr::from_ref(object).addr(), size: size_of_val(object) }
    }
}

/// What `.with_parent(..)` was put on.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// This object, or what this box holds.
    Object(ObjectId),
    /// A box or a reference whose type says that a traced call is right in it: what is polled first is that call.
    Holder,
}

impl Target {
    pub(crate) fn is(self, object: ObjectId) -> bool {
        match self {
            Target::Object(target) => target == object,
            Target::Holder => true,
        }
    }
}
