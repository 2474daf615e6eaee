//! Locks that are not recorded, and what is none.
#![deny(warnings)]

use std::cell::{Cell, RefCell};
use std::sync::{Mutex, MutexGuard, RwLock};

use traceable::traceable;

#[traceable(skip(state))]
fn skipped(state: &Mutex<u8>) -> u8 {
    *state.lock().unwrap()
}

#[traceable(debug(state))]
fn debugged(state: &RwLock<u8>) -> u8 {
    *state.read().unwrap()
}

#[traceable(skip(state), inputs(value = *state.lock().unwrap()))]
fn what_it_holds(state: &Mutex<u8>) {
    drop(state.lock());
}

#[traceable(skip(guard), skip_output)]
fn guarded<'a>(guard: MutexGuard<'a, u8>) -> MutexGuard<'a, u8> {
    guard
}

#[traceable]
fn generic<T: serde::Serialize>(value: T) -> T {
    value
}

#[traceable]
fn cells(cell: &Cell<u8>, ref_cell: RefCell<u8>) -> u8 {
    cell.get() + *ref_cell.borrow()
}

/// Something of the user's that is called as ours.
trait Waits {
    fn never_waits_for_a_lock(self)
    where
        Self: Sized,
    {
    }
}

impl<T: ?Sized> Waits for T {}

#[traceable(metadata(first = text))]
fn beside((text, _): (String, u8)) -> Result<Vec<String>, String> {
    text.as_str().never_waits_for_a_lock();
    Ok(vec![text])
}

fn main() {
    let (mutex, lock) = (Mutex::new(1), RwLock::new(2));
    skipped(&mutex);
    debugged(&lock);
    what_it_holds(&mutex);
    drop(guarded(mutex.lock().unwrap()));
    generic(3);
    cells(&Cell::new(4), RefCell::new(5));
    beside(("a".to_owned(), 6)).unwrap();
}
