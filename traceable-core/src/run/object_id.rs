//! Identity of a future, stream or iterator: whether it is the one that `.with_parent(..)` was put on.

use std::any::{TypeId, type_name};
use std::marker::PhantomData;

/// Identifies an object by address and type: a struct and its first field have the same address.
///
/// `.with_parent(..)` applies to the value it is called on, and to nothing inside. By this id the wrapper of a traced
/// call knows whether it is that value.
#[derive(Clone, Copy)]
pub(crate) struct ObjectId {
    address: usize,
    kind: KindLookup,
}

#[derive(Clone, Copy)]
enum KindLookup {
    /// Looked up at the first poll only.
    Later(fn() -> Kind),
    Now(Kind),
}

/// A type.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    id: TypeId,
    name: &'static str,
    size: usize,
}

impl Kind {
    pub(crate) fn of<T: 'static>() -> Kind {
        Kind { id: TypeId::of::<T>(), name: type_name::<T>(), size: size_of::<T>() }
    }
}

/// Knows a type whose lifetimes may be shorter than the program. Futures are such types: without `unsafe` two of them
/// could be distinguished by their sizes alone, and `child().map(|()| 1)` is as large as `child()`.
///
/// # Safety
///
/// The method looks at nothing in `self`: it is called where lifetimes in its type are shorter than it takes them for.
pub(crate) unsafe trait Known {
    fn kind(&self) -> Kind
    where
        Self: 'static;
}

// SAFETY: there is nothing in it.
unsafe impl<T> Known for PhantomData<T> {
    fn kind(&self) -> Kind
    where
        Self: 'static,
    {
        Kind::of::<T>()
    }
}

impl ObjectId {
    #[inline]
    pub(crate) fn of<T>(object: &T) -> ObjectId {
        ObjectId { address: std::ptr::from_ref(object).addr(), kind: KindLookup::Later(kind::<T>) }
    }

    /// What begins with this field and is of the type that `known` knows.
    pub(crate) fn that_begins_with<T>(first: &T, known: &(dyn Known + '_)) -> ObjectId {
        ObjectId { address: std::ptr::from_ref(first).addr(), kind: KindLookup::Now(kind_by(known)) }
    }

    fn kind(&self) -> Kind {
        match self.kind {
            KindLookup::Later(kind) => kind(),
            KindLookup::Now(kind) => kind,
        }
    }
}

fn kind_by(known: &(dyn Known + '_)) -> Kind {
    // SAFETY: the method, which is in the table of every such object, looks at nothing in it, as its trait demands: no
    // lifetime is used longer than it lasts.
    unsafe { std::mem::transmute::<&(dyn Known + '_), &(dyn Known + 'static)>(known) }.kind()
}

fn kind<T>() -> Kind {
    kind_by(&PhantomData::<T>)
}

/// The identity of a type, but for its lifetimes.
pub(crate) fn type_id<T>() -> TypeId {
    kind::<T>().id
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
                target.address == object.address && target.kind().id == object.kind().id
            }
            Target::Content { address, size } => address == object.address && size == object.kind().size,
            Target::Held(name) => name.starts_with(object.kind().name),
        }
    }
}
