//! The ambient context: one slot a thread, swapped by value.
//!
//! There is no stack. Whoever enters a context holds what was there before and puts it back; a wrapper does so at
//! every poll. What lies in the slot counts only for the task it was entered in, see [`fence`](super::fence).

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use super::fence::{NO_TASK, Task, current_task};
use crate::capture::silence::is_silent;
use crate::run::node::Context;

struct Slot {
    context: Option<Context>,
    task: Task,
    /// The body of a traced call is about to begin and will take its inputs, see [`take_beginning`].
    beginning: bool,
}

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot { context: None, task: NO_TASK, beginning: false }) };
    static CALLS: Cell<LastCall> = const { Cell::new(LastCall { counted: 0, number: 0 }) };
}

/// A look at the slot.
pub(crate) enum Ambient {
    Here(Context),
    /// Something was entered here, in another task.
    Fenced,
    Nothing,
}

impl Ambient {
    pub(crate) fn context(self) -> Option<Context> {
        match self {
            Ambient::Here(context) => Some(context),
            Ambient::Fenced | Ambient::Nothing => None,
        }
    }
}

/// The context that is current here. Nothing while the thread's locals are being destroyed.
pub(crate) fn ambient() -> Ambient {
    if is_silent() {
        return Ambient::Here(Context::Silent);
    }
    SLOT.try_with(|slot| {
        let slot = slot.borrow();
        match &slot.context {
            None => Ambient::Nothing,
            Some(_) if slot.task != current_task() => Ambient::Fenced,
            Some(context) => Ambient::Here(context.clone()),
        }
    })
    .unwrap_or(Ambient::Nothing)
}

/// Makes `context` the current one until the guard goes. `None` clears.
pub(crate) fn enter(context: Option<Context>) -> Entered {
    swap(Slot { context, task: current_task(), beginning: false })
}

/// As [`enter`], right before the body of a traced call that begins by taking its inputs.
pub(crate) fn enter_beginning(context: Context, beginning: bool) -> Entered {
    swap(Slot { context: Some(context), task: current_task(), beginning })
}

/// Whether the code that asks is the first statement of a traced call's body; only the first to ask is told so.
pub(crate) fn take_beginning() -> Option<Context> {
    SLOT.try_with(|slot| {
        let mut slot = slot.borrow_mut();
        if std::mem::take(&mut slot.beginning) { slot.context.clone() } else { None }
    })
    .ok()
    .flatten()
}

fn swap(slot: Slot) -> Entered {
    Entered { before: SLOT.try_with(|current| current.replace(slot)).ok(), not_send: PhantomData }
}

/// Puts back what was current before. Cannot leave its thread.
pub(crate) struct Entered {
    /// `None` if the thread's locals are gone.
    before: Option<Slot>,
    not_send: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            // what was current is dropped outside the borrow: the last holder of a sink runs that sink's code
            let left = SLOT.try_with(|slot| slot.replace(before));
            drop(left);
        }
    }
}

#[derive(Clone, Copy)]
struct LastCall {
    counted: u64,
    number: u64,
}

/// A number for a traced call whose start comes later.
pub(crate) fn number_call() -> u64 {
    CALLS
        .try_with(|calls| {
            // counts from a random number: calls of different threads must not be taken for one another
            let counted = calls.get().counted;
            let last = if counted == 0 { fastrand::u64(1..) } else { counted };
            let number = last.wrapping_add(1).max(1);
            calls.set(LastCall { counted: number, number });
            number
        })
        .unwrap_or(0)
}

/// The number of the last such call that returned on this thread; 0 for none.
pub(crate) fn last_call() -> u64 {
    CALLS.try_with(|calls| calls.get().number).unwrap_or(0)
}

/// The call of this number is what the function in progress returns, whatever it called in between.
pub(crate) fn note_call(number: u64) {
    let _ = CALLS.try_with(|last| last.set(LastCall { number, ..last.get() }));
}
