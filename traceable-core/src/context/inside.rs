//! What `.with_parent(..)` is put on may be a box: the traced call that is meant lies in it, and nowhere else.

use std::any::{TypeId, type_name};
use std::marker::PhantomData;
use std::pin::Pin;

use crate::run::object::{ObjectId, Target};

/// What is meant by a future.
pub(super) fn of_future<F: Future>(future: &F) -> Target {
    type Dyn<'a, O> = dyn Future<Output = O> + 'a;
    type DynSend<'a, O> = dyn Future<Output = O> + Send + 'a;
    type DynSync<'a, O> = dyn Future<Output = O> + Send + Sync + 'a;
    in_pinned_box::<F, DynSend<F::Output>>(future)
        .or_else(|| in_pinned_box::<F, Dyn<F::Output>>(future))
        .or_else(|| in_pinned_box::<F, DynSync<F::Output>>(future))
        .unwrap_or_else(|| by_type(future))
}

/// What is meant by a stream.
#[cfg(feature = "stream")]
pub(super) fn of_stream<S: futures_core::Stream>(stream: &S) -> Target {
    type Dyn<'a, I> = dyn futures_core::Stream<Item = I> + 'a;
    type DynSend<'a, I> = dyn futures_core::Stream<Item = I> + Send + 'a;
    type DynSync<'a, I> = dyn futures_core::Stream<Item = I> + Send + Sync + 'a;
    in_pinned_box::<S, DynSend<S::Item>>(stream)
        .or_else(|| in_pinned_box::<S, Dyn<S::Item>>(stream))
        .or_else(|| in_pinned_box::<S, DynSync<S::Item>>(stream))
        .unwrap_or_else(|| by_type(stream))
}

/// What is meant by an iterator.
pub(super) fn of_iterator<I: Iterator>(iterator: &I) -> Target {
    type Dyn<'a, T> = dyn Iterator<Item = T> + 'a;
    type DynSend<'a, T> = dyn Iterator<Item = T> + Send + 'a;
    type DynSync<'a, T> = dyn Iterator<Item = T> + Send + Sync + 'a;
    in_box::<I, DynSend<I::Item>>(iterator)
        .or_else(|| in_box::<I, Dyn<I::Item>>(iterator))
        .or_else(|| in_box::<I, DynSync<I::Item>>(iterator))
        .unwrap_or_else(|| by_type(iterator))
}

/// What is meant by anything else.
pub(super) fn of_other<T>(object: &T) -> Target {
    Target::Object(ObjectId::of(object))
}

fn in_pinned_box<T, D: ?Sized>(object: &T) -> Option<Target> {
    let pinned: &Pin<Box<D>> = same_type(object)?;
    Some(of_content(&**pinned))
}

fn in_box<T, D: ?Sized>(object: &T) -> Option<Target> {
    Some(of_content(same_type::<T, Box<D>>(object)?.as_ref()))
}

fn of_content<D: ?Sized>(content: &D) -> Target {
    Target::Object(ObjectId::of(content))
}

/// A box or a reference that names the type it holds: its address cannot be asked for without knowing that type, and
/// need not be. This only chooses a parent, so a name, which the language does not promise to keep, is good enough.
fn by_type<T>(object: &T) -> Target {
    let mut name = type_name::<T>();
    while let Some(held) = HOLDERS.iter().find_map(|holder| name.strip_prefix(holder)) {
        name = held;
    }
    let is_held = name.len() < type_name::<T>().len();
    if is_held && name.starts_with(WRAPPERS) { Target::Holder } else { of_other(object) }
}

const HOLDERS: [&str; 3] = ["core::pin::Pin<", "alloc::boxed::Box<", "&mut "];

/// Where the wrappers of traced calls are.
const WRAPPERS: &str = "traceable_core::call::wrap::";

/// `object` as what it is, if it is one.
fn same_type<T, U>(object: &T) -> Option<&U> {
    // SAFETY: the two are one type, but for lifetimes, which do not change how it is laid out. The result borrows
    // from `object`, and callers ask it for an address alone.
    (type_id::<T>() == type_id::<U>()).then(|| unsafe { &*std::ptr::from_ref(object).cast::<U>() })
}

/// The identity of a type whose lifetimes may be shorter than the program. The boxes of futures are such types, and
/// without `unsafe` they cannot be told from others: the call was guessed by its number, and a block beside it was
/// taken for it.
fn type_id<T: ?Sized>() -> TypeId {
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
    // SAFETY: the object has no content and its method looks at none, so that no lifetime is used longer than it lasts.
    unsafe { std::mem::transmute::<&dyn Known, &(dyn Known + 'static)>(known) }.id()
}
