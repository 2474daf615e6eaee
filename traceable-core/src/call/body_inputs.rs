//! The first statement of a traced body: it hands over the arguments while they are still there.

use super::recording::{is_doubtful, left_out_handle};
use super::step::Step;
use crate::capture::inputs::{Inputs, Recorded};
use crate::capture::writer::Writer;
use crate::context::ambient::entered;
use crate::process;
use crate::run::lifecycle;
use crate::run::node::Context;
use crate::run::run_tree::RunTree;

/// Who records the arguments.
pub trait Record: for<'a, 'b> Step<&'a mut Inputs<'b>> {}

impl<R: for<'a, 'b> Step<&'a mut Inputs<'b>>> Record for R {}

/// Whether there may be something for [`begin`] to record.
#[inline]
pub fn begins() -> bool {
    process::gate_is_open()
}

/// Records the arguments, if the call is recorded. The handle is dropped here and not in each annotated function.
///
/// What `record` holds has to be in memory to be pointed to; while tracing is off, it need not be.
#[cold]
#[inline(never)]
pub fn begin(record: &mut dyn Record) {
    begin_recorded(Arguments::By(record));
}

/// As [`begin`], for arguments that are recorded without options. `before`: the JSON in front of each (`{"a":`,
/// `,"b":`).
#[cold]
#[inline(never)]
pub fn begin_with(before: &'static [&'static str], values: &[&dyn Recorded]) {
    begin_recorded(Arguments::List(before, values));
}

/// What is recorded.
enum Arguments<'a> {
    List(&'static [&'static str], &'a [&'a dyn Recorded]),
    By(&'a mut dyn Record),
}

/// As [`begin`], and returns the call's own run for a `#[run_tree]` parameter. If the call is not recorded, that is
/// an inactive handle.
#[inline]
pub fn begin_run_tree(mut record: impl FnMut(&mut Inputs<'_>)) -> RunTree {
    if process::gate_is_open() { begin_recorded(Arguments::By(&mut record)) } else { RunTree::inactive() }
}

/// The type of a `#[run_tree]` parameter. There is one; being asked for makes it an error at the type itself to write
/// another.
#[diagnostic::on_unimplemented(
    message = "a `#[run_tree]` parameter is a `RunTree`, not `{Self}`",
    label = "write `RunTree`: the attribute fills it in with the call's own run"
)]
pub trait FilledIn {
    /// The call's own run.
    fn filled_in(run: RunTree) -> Self;
}

impl FilledIn for RunTree {
    #[inline]
    fn filled_in(run: RunTree) -> RunTree {
        run
    }
}

#[cold]
#[inline(never)]
fn begin_recorded(arguments: Arguments<'_>) -> RunTree {
    let Some(around) = entered() else { return RunTree::inactive() };
    let Context::Run(run) = around else {
        return left_out_handle(&around);
    };
    // what is called in a run without being one itself does not give its own to it
    if !run.take_expectation() {
        // the handle of a trace that is not recorded says so, to other processes too
        return if run.is_recorded() { RunTree::inactive() } else { RunTree::of(run) };
    }
    if run.started().is_none() && is_doubtful(&run) {
        // should it find a recorded parent after all, it has no inputs
        run.state().inputs = Some(Writer::lend(|writer| Inputs::collect(writer, |_| ()).0));
        return RunTree::of(run);
    }
    let mut attachments = Vec::new();
    let inputs = Writer::lend(|writer| match arguments {
        Arguments::List(before, values) => Inputs::list(writer, before, values),
        Arguments::By(record) => {
            let (inputs, files) = Inputs::collect(writer, |inputs| record.step(inputs));
            attachments = files;
            inputs
        }
    });
    let bound = run.started();
    if let Some(bound) = bound {
        lifecycle::post_above(&run, bound);
    }
    let mut state = run.state();
    state.inputs = Some(inputs);
    if !attachments.is_empty() {
        state.extra().attachments = attachments;
    }
    if bound.is_some() {
        lifecycle::post_state(&run, state);
    } else {
        drop(state);
    }
    RunTree::of(run)
}
