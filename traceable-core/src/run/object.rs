//! Which future, stream or iterator is polled.

use std::any::{TypeId, type_name};
use std::marker::PhantomData;

/// An object, by where it lies and what it is: a struct and its first field lie in one place.
///
/// `.with_parent(..)` speaks of what it is put on and of nothing inside it; this is how the wrapper of a traced call
/// knows that it is what is meant.
#[derive(Clone, Copy)]
pub(crate) struct ObjectId {
    address: usize,
    size: usize,
    /// Asked for at the first poll alone.
    kind: fn() -> Kind,
}

/// A type.
struct Kind {
    id: TypeId,
    name: &'static str,
}

impl ObjectId {
    #[inline]
    pub(crate) fn of<T>(object: &T) -> ObjectId {
        ObjectId { address: std::ptr::from_ref(object).addr(), size: size_of::<T>(), kind: kind::<T> }
    }
}

/// What `.with_parent(..)` was put on.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// This object.
    Object(ObjectId),
    /// What a box or a reference to a trait object leads to. Its type is not known; a wrapper around a call that adds
    /// nothing to its size is taken for the call.
    Content { address: usize, size: usize },
    /// What is in a box or behind a reference whose type names it: this is how the name begins.
    Held(&'static str),
}

impl Target {
    pub(crate) fn content<D: ?Sized>(content: &D) -> Target {
        Target::Content { address: std::ptr::from_ref(content).addr(), size: size_of_val(content) }
    }

    pub(crate) fn is(self, object: &ObjectId) -> bool {
        match self {
            Target::Object(target) => {
                target.address == object.address && (target.kind)().id == (object.kind)().id
            }
            Target::Content { address, size } => address == object.address && size == object.size,
            Target::Held(name) => name.starts_with((object.kind)().name),
        }
    }
}

fn kind<T>() -> Kind {
    Kind { id: type_id::<T>(), name: type_name::<T>() }
}

/// The identity of a type whose lifetimes may be shorter than the program. Futures are such types: without `unsafe`
/// two of them could be told apart by their sizes alone, and `child().map(|()| 1)` is as large as `child()`.
pub(crate) fn type_id<T: ?Sized>() -> TypeId {
    trait Known {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }

    impl<T: ?Sized> Known for PhantomData<T> {
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }

    let known: &dyn Known = &PhantomData::<T>;
    // SAFETY: the object has no content and its method, which is in the table of every such object, looks at none: no
    // lifetime is used longer than it lasts.
    unsafe { std::mem::transmute::<&dyn Known, &(dyn Known + 'static)>(known) }.id()
}
