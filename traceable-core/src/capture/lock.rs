//! Values whose `Serialize` waits for a lock, which the program may hold just then.
//!
//! `serde` implements `Serialize` for the locks of the standard library, and waits. Recording never waits, so such an
//! argument or result is refused where its type says so. The attribute asks each value ([`asked`](super::asked)); a lock
//! answers by a method with a bound that nothing fulfils.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::{self, Rc};
use std::sync::{self, Arc, Mutex, RwLock};

use super::asked::{answers, otherwise};

/// Whether a value is a lock: `AsksLock::of(&value)[Asked]`.
pub struct AsksLock<T: ?Sized>(Lock<T>);

impl<T: ?Sized> AsksLock<T> {
    /// The type of this value.
    #[inline(always)]
    pub fn of(value: &T) -> AsksLock<T> {
        AsksLock(Lock::of(value))
    }
}

/// The answer of a lock, also for a value whose type has the name of one: those of other crates wait as well.
pub struct Lock<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Clone for Lock<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Lock<T> {}

impl<T: ?Sized> Lock<T> {
    /// The type of this value.
    #[inline(always)]
    pub fn of(_: &T) -> Lock<T> {
        Lock(PhantomData)
    }

    /// Does not compile.
    pub fn never_waits_for_a_lock(self)
    where
        T: NeverWaits,
    {
    }
}

/// What answers for everything else.
pub struct OtherThanLock;

/// The answer of everything else.
#[derive(Clone, Copy)]
pub struct NotALock;

impl NotALock {
    /// Is fine.
    #[inline(always)]
    pub fn never_waits_for_a_lock(self) {}
}

answers!([T: HasLock + ?Sized] AsksLock<T> => Lock<T>, |this| &this.0);
otherwise!([T: ?Sized] AsksLock<T> => OtherThanLock, |_this| &OtherThanLock);
answers!([] OtherThanLock => NotALock);

/// A lock, or a value that leads to one and nothing else.
pub trait HasLock {}

impl<T: ?Sized> HasLock for Mutex<T> {}
impl<T: ?Sized> HasLock for RwLock<T> {}
impl<T: HasLock + ?Sized> HasLock for &T {}
impl<T: HasLock + ?Sized> HasLock for &mut T {}
impl<T: HasLock + ?Sized> HasLock for Box<T> {}
impl<T: HasLock + ?Sized> HasLock for Rc<T> {}
impl<T: HasLock + ?Sized> HasLock for Arc<T> {}
impl<T: HasLock + ?Sized> HasLock for rc::Weak<T> {}
impl<T: HasLock + ?Sized> HasLock for sync::Weak<T> {}
impl<T: HasLock + ?Sized> HasLock for RefCell<T> {}
impl<T: HasLock> HasLock for Option<T> {}
impl<T: HasLock, E> HasLock for Result<T, E> {}
impl<T: HasLock> HasLock for [T] {}
impl<T: HasLock, const N: usize> HasLock for [T; N] {}
impl<T: HasLock> HasLock for Vec<T> {}
impl<T: HasLock> HasLock for VecDeque<T> {}
impl<T: HasLock> HasLock for LinkedList<T> {}
impl<K, T: HasLock> HasLock for BTreeMap<K, T> {}
impl<K, T: HasLock, S> HasLock for HashMap<K, T, S> {}

/// Implemented by no type: what is asked for it is refused.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not recorded: that would wait for its lock",
    label = "recording waits for no lock: write `skip` or `debug`",
    note = "leave it out: `#[traceable(skip(..))]` for an argument, `#[traceable(skip_output)]` for the result",
    note = "or record an argument by its `Debug` text, which shows a lock that is held as `<locked>`: \
            `#[traceable(debug(..))]`",
    note = "or record what you need of it: `inputs(key = expr)`, or `process_outputs = path` for the result"
)]
pub trait NeverWaits {}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused<T: HasLock + ?Sized>() {}

    /// Checked by the compiler.
    #[test]
    fn what_leads_to_a_lock_is_refused() {
        type State = Mutex<u8>;
        is_refused::<RefCell<State>>();
        is_refused::<LinkedList<State>>();
        is_refused::<rc::Weak<State>>();
        is_refused::<sync::Weak<RwLock<[u8]>>>();
        is_refused::<Result<Arc<State>, String>>();
        is_refused::<Rc<RefCell<Vec<Option<State>>>>>();
    }
}
