//! The ambient context: one slot a thread, swapped by value.
//!
//! There is no stack. Whoever enters a context holds what was there before and puts it back; a wrapper does so at
//! every poll. What lies in the slot counts only for the task it was entered in, see [`fence`](super::fence).

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use super::fence::{NO_TASK, Task, current_task};
use crate::run::node::Context;

struct Slot {
    context: Option<Context>,
    task: Task,
    /// What runs is the user's `Serialize` or a hook of theirs: no part of the program's work.
    is_silent: bool,
    /// The body of a traced call is about to begin and will take its inputs, see [`take_beginning`].
    beginning: bool,
}

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot { context: None, task: NO_TASK, is_silent: false, beginning: false }) };
    static CALLS: Cell<u64> = const { Cell::new(0) };
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
    SLOT.try_with(|slot| {
        let slot = slot.borrow();
        match &slot.context {
            _ if slot.is_silent => Ambient::Here(Context::Silent),
            None => Ambient::Nothing,
            Some(_) if slot.task != current_task() => Ambient::Fenced,
            Some(context) => Ambient::Here(context.clone()),
        }
    })
    .unwrap_or(Ambient::Nothing)
}

/// Makes `context` the current one until the guard goes. `None` clears.
pub(crate) fn enter(context: Option<Context>) -> Entered {
    swap(Slot { context, task: current_task(), is_silent: false, beginning: false })
}

/// As [`enter`], right before the body of a traced call that begins by taking its inputs.
pub(crate) fn enter_beginning(context: Context, beginning: bool) -> Entered {
    swap(Slot { context: Some(context), task: current_task(), is_silent: false, beginning })
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

/// Runs `f` where nothing is traced: it serialises what the user's program works on.
pub(crate) fn silently<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = SLOT.try_with(|slot| slot.borrow_mut().is_silent = self.0);
        }
    }
    let before = SLOT.try_with(|slot| std::mem::replace(&mut slot.borrow_mut().is_silent, true));
    let _restore = Restore(before.unwrap_or(false));
    f()
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

/// A number for a traced call whose start comes later.
pub(crate) fn number_call() -> u64 {
    CALLS
        .try_with(|calls| {
            // counts from a random number: calls of different threads must not be taken for one another
            let last = if calls.get() == 0 { fastrand::u64(1..) } else { calls.get() };
            let number = last.wrapping_add(1).max(1);
            calls.set(number);
            number
        })
        .unwrap_or(0)
}

/// The number of the last such call on this thread; 0 for none.
pub(crate) fn last_call() -> u64 {
    CALLS.try_with(Cell::get).unwrap_or(0)
}
