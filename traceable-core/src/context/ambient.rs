//! The ambient context: one slot a thread, swapped by value.
//!
//! There is no stack. Entering a context returns a guard that holds the one before and restores it; a wrapper does so at
//! every poll. The context in the slot counts only for the task it was entered in, see `process::task_identity`.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use crate::capture::suppress::is_suppressed;
use crate::process::task_identity::{NO_TASK, Task, current_task};
use crate::run::node::Context;

/// Cells of their own: what is swapped at every poll stays in registers.
struct Slot {
    context: Cell<Option<Context>>,
    task: Cell<Task>,
}

thread_local! {
    // Never dropped, so that it is there as long as the thread is: destructors of other thread-locals and functions
    // registered by `atexit` make traced calls as well. Nothing leaks: who enters a context leaves it again, so the slot
    // of a thread that ends is empty.
    static SLOT: ManuallyDrop<Slot> =
        const { ManuallyDrop::new(Slot { context: Cell::new(None), task: Cell::new(NO_TASK) }) };
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
    OtherTask(Context),
    /// Something was entered here, in the process that this one was forked from.
    Copied,
    Nothing,
}

impl Ambient {
    pub(crate) fn context(self) -> Option<Context> {
        match self {
            Ambient::Here(context) => Some(context),
            Ambient::OtherTask(_) | Ambient::Copied | Ambient::Nothing => None,
        }
    }
}

/// The context that is current here.
pub(crate) fn ambient() -> Ambient {
    if is_suppressed() {
        return Ambient::Here(Context::Off);
    }
    SLOT.try_with(|slot| match slot.copy() {
        None => Ambient::Nothing,
        Some(context) if context.is_copy() => Ambient::Copied,
        Some(context) if slot.task.get() != current_task() => Ambient::OtherTask(context),
        Some(context) => Ambient::Here(context),
    })
    .unwrap_or(Ambient::Nothing)
}

/// The run that the innermost code entered, whatever the task: for what is sure to run right where it was entered.
pub(crate) fn entered() -> Option<Context> {
    SLOT.try_with(|slot| slot.copy()).ok().flatten()
}

/// Whether something else than this is current here: what enters it then replaces that.
pub(crate) fn is_elsewhere(context: Option<&Context>) -> bool {
    let is_other = |current: &Context, task: Task| {
        !context.is_some_and(|context| context.is(current)) && !current.is_copy() && task == current_task()
    };
    SLOT.try_with(|slot| {
        let current = slot.context.take();
        let found = current.as_ref().is_some_and(|current| is_other(current, slot.task.get()));
        // it was left empty: there is nothing to drop
        std::mem::forget(slot.context.replace(current));
        found
    })
    .unwrap_or(false)
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
        // where the system drops it all the same: there is nothing to put back, and nowhere to
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
