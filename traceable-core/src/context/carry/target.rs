//! Finds the traced call that `.with_parent(..)` applies to: what it is put on may be a box or a reference to it.

use std::any::type_name;
use std::pin::Pin;

use crate::run::object_id::{ObjectId, Target, type_id};

/// Looks for the content of boxes and references to these trait objects.
macro_rules! content {
    ($object:ident: $($dyn:ty),+) => {
        None$(
            .or_else(|| held::<_, Pin<Box<$dyn>>, $dyn>($object, |held| &**held))
            .or_else(|| held::<_, Pin<&mut $dyn>, $dyn>($object, |held| &**held))
            .or_else(|| held::<_, Box<$dyn>, $dyn>($object, |held| &**held))
            .or_else(|| held::<_, &mut $dyn, $dyn>($object, |held| &**held))
            .or_else(|| held::<_, &mut Pin<Box<$dyn>>, $dyn>($object, |held| &***held))
        )+
    };
}

/// What is meant by a future.
pub(super) fn of_future<F: Future>(future: &F) -> Target {
    type Out<F> = <F as Future>::Output;
    content!(future:
        dyn Future<Output = Out<F>> + Send,
        dyn Future<Output = Out<F>>,
        dyn Future<Output = Out<F>> + Send + Sync,
        dyn Future<Output = Out<F>> + Send + Unpin,
        dyn Future<Output = Out<F>> + Unpin
    )
    .unwrap_or_else(|| by_type(future))
}

/// What is meant by a stream.
#[cfg(feature = "stream")]
pub(super) fn of_stream<S: futures_core::Stream>(stream: &S) -> Target {
    use futures_core::{FusedStream, Stream};
    type Item<S> = <S as Stream>::Item;
    content!(stream:
        dyn Stream<Item = Item<S>> + Send,
        dyn Stream<Item = Item<S>>,
        dyn Stream<Item = Item<S>> + Send + Sync,
        dyn Stream<Item = Item<S>> + Send + Unpin,
        dyn Stream<Item = Item<S>> + Unpin,
        dyn FusedStream<Item = Item<S>> + Send,
        dyn FusedStream<Item = Item<S>>
    )
    .unwrap_or_else(|| by_type(stream))
}

/// What is meant by an iterator.
pub(super) fn of_iterator<I: Iterator>(iterator: &I) -> Target {
    type Item<I> = <I as Iterator>::Item;
    content!(iterator:
        dyn Iterator<Item = Item<I>> + Send,
        dyn Iterator<Item = Item<I>>,
        dyn Iterator<Item = Item<I>> + Send + Sync,
        dyn DoubleEndedIterator<Item = Item<I>> + Send,
        dyn DoubleEndedIterator<Item = Item<I>>,
        dyn ExactSizeIterator<Item = Item<I>> + Send,
        dyn ExactSizeIterator<Item = Item<I>>
    )
    .unwrap_or_else(|| by_type(iterator))
}

/// What is meant by anything else.
pub(super) fn of_other<T>(object: &T) -> Target {
    Target::Object(ObjectId::of(object))
}

fn held<T, H, D: ?Sized>(object: &T, content: impl Fn(&H) -> &D) -> Option<Target> {
    Some(Target::content(content(same_type(object)?)))
}

/// A box or a reference that names the type it holds: its address cannot be asked for without knowing that type, and
/// need not be. This only chooses a parent, so a name, which the language does not promise to keep, is good enough.
fn by_type<T>(object: &T) -> Target {
    let mut name = type_name::<T>();
    while let Some(held) = HOLDERS.iter().find_map(|holder| name.strip_prefix(holder)) {
        name = held;
    }
    if name.len() < type_name::<T>().len() { Target::Held(name) } else { of_other(object) }
}

const HOLDERS: [&str; 3] = ["core::pin::Pin<", "alloc::boxed::Box<", "&mut "];

/// `object` as what it is, if it is one.
fn same_type<T, U>(object: &T) -> Option<&U> {
    // SAFETY: the two are one type, but for lifetimes, which do not change how it is laid out. The result borrows from
    // `object`, and callers only follow it to the content, for its address and size.
    (type_id::<T>() == type_id::<U>()).then(|| unsafe { &*std::ptr::from_ref(object).cast::<U>() })
}
