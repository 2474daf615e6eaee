//! The user's code is run inside of its call. All of this is compiled once, and not for each annotated function.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::step::Step;
use super::traced_call::{Call, Stage};
use crate::callsite::function::Callsite;
use crate::capture::outcome::Outcome;
use crate::run::object_id::ObjectId;

/// A call of a plain function: its body, and what is recorded of the result.
pub(super) trait PlainCall {
    fn run(&mut self);
    fn record(&mut self, outcome: &mut Outcome);
}

impl Call {
    /// A whole call of a plain function, which starts now.
    #[cold]
    #[inline(never)]
    pub(super) fn complete_now(callsite: &'static Callsite, plain_call: &mut dyn PlainCall) {
        Call(Stage::Now { callsite }).complete(plain_call);
    }

    /// A whole call of a plain function.
    #[cold]
    #[inline(never)]
    pub(super) fn complete(mut self, plain_call: &mut dyn PlainCall) {
        let object = ObjectId::of(&self);
        if let Err(panic) = self.attempt(&object, &mut |()| plain_call.run()) {
            self.unwind(panic);
        }
        self.end_traced(&mut |outcome: &mut Outcome| plain_call.record(outcome));
    }

    /// Runs a part of the user's code inside the call, which starts with the first part.
    #[inline(never)]
    pub(super) fn attempt(&mut self, object: &ObjectId, part: &mut dyn Step<()>) -> std::thread::Result<()> {
        run_in(self.begin(object), part)
    }

    /// The part of the function that runs at the call, inside a call that may not start yet.
    #[inline(never)]
    pub(super) fn inside_eagerly(&mut self, part: &mut dyn Step<()>) {
        if let Err(panic) = run_in(self.begin_eagerly(), part) {
            self.unwind(panic);
        }
    }

    /// Drops a future that was called, inside the call, which is cancelled by that.
    #[inline(never)]
    pub(super) fn drop_cancelled(&mut self, dropping: &mut dyn Step<()>) {
        self.drop_inside(dropping, &mut (Call::cancelled as fn(&mut Call)));
    }

    /// Drops what was called, inside the call: what runs while it is dropped nests under the call too. Then `end`s the
    /// run, also if that panicked.
    #[inline(never)]
    pub(super) fn drop_inside(
        &mut self,
        dropping: &mut dyn Step<()>,
        end: &mut dyn for<'a> Step<&'a mut Call>,
    ) {
        let dropped = run_in(self.enter(), dropping);
        end.step(self);
        if let Err(panic) = dropped {
            resume_unwind(panic);
        }
    }
}

/// Runs a part of the user's code, and leaves what was entered for it.
#[inline]
fn run_in<E>(entered: E, part: &mut dyn Step<()>) -> std::thread::Result<()> {
    // unwinding goes on right after: no state of the program is looked at in between
    let result = catch_unwind(AssertUnwindSafe(|| part.step(())));
    drop(entered);
    result
}
