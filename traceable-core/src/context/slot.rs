//! The ambient context: one slot a thread, swapped by value.
//!
//! There is no stack. Whoever enters a context holds what was there before and puts it back; a wrapper does so at
//! every poll. What lies in the slot counts only for the task it was entered in, see [`fence`](super::fence).

use std::cell::Cell;
use std::marker::PhantomData;

use super::fence::{NO_TASK, Task, current_task};
use crate::capture::silence::is_silent;
use crate::run::node::Context;

/// Cells of their own: what is swapped at every poll stays in registers.
struct Slot {
    context: Cell<Option<Context>>,
    task: Cell<Task>,
}

thread_local! {
    static SLOT: Slot = const { Slot { context: Cell::new(None), task: Cell::new(NO_TASK) } };
    static CALLS: Cell<LastCall> = const { Cell::new(LastCall { counted: 0, number: 0 }) };
}

impl Slot {
    /// A copy of the context. A cell has to be emptied to be looked into.
    #[inline]
    fn copy(&self) -> Option<Context> {
        let context = self.context.take();
        let copy = context.clone();
        // it was left empty: there is nothing to drop
        std::mem::forget(self.context.replace(context));
        copy
    }
}

/// A look at the slot.
pub(crate) enum Ambient {
    Here(Context),
    /// Something was entered here, in another task.
    Fenced(Context),
    /// Something was entered here, in the process that this one was forked from.
    Copied,
    Nothing,
}

impl Ambient {
    pub(crate) fn context(self) -> Option<Context> {
        match self {
            Ambient::Here(context) => Some(context),
            Ambient::Fenced(_) | Ambient::Copied | Ambient::Nothing => None,
        }
    }
}

/// The context that is current here. Nothing while the thread's locals are being destroyed.
pub(crate) fn ambient() -> Ambient {
    if is_silent() {
        return Ambient::Here(Context::Silent);
    }
    SLOT.try_with(|slot| match slot.copy() {
        None => Ambient::Nothing,
        Some(context) if context.is_copy() => Ambient::Copied,
        Some(context) if slot.task.get() != current_task() => Ambient::Fenced(context),
        Some(context) => Ambient::Here(context),
    })
    .unwrap_or(Ambient::Nothing)
}

/// The run that the innermost code entered, whatever the task: for what is sure to run right where it was entered.
pub(crate) fn entered() -> Option<Context> {
    SLOT.try_with(Slot::copy).ok().flatten()
}

/// Makes `context` the current one until the guard goes. `None` clears.
#[inline]
pub(crate) fn enter(context: Option<Context>) -> Entered {
    let task = current_task();
    let swapped = SLOT.try_with(move |slot| Entered {
        context: slot.context.replace(context),
        task: slot.task.replace(task),
        not_send: PhantomData,
    });
    match swapped {
        Ok(entered) => entered,
        // the thread's locals are gone: there is nothing to put back, and nowhere to
        Err(_) => Entered { context: None, task: NO_TASK, not_send: PhantomData },
    }
}

/// What was current before; puts it back. Cannot leave its thread.
pub(crate) struct Entered {
    context: Option<Context>,
    task: Task,
    not_send: PhantomData<*const ()>,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        let (context, task) = (self.context.take(), self.task);
        let left = SLOT.try_with(move |slot| {
            slot.task.set(task);
            slot.context.replace(context)
        });
        // when the slot is whole again: the last holder of a sink runs that sink's code
        drop(left);
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
