//! The plan: everything that printing needs.

use syn::{PatType, Receiver, Type};

use super::conflicts::conflicts;
use super::function_arguments::refuse_functions;
use super::kind_options::check_kinds;
use super::option_expressions::check_expressions;
use super::parent;
use super::skip_and_debug::{mark_mentioned, set_modes};
use crate::message::{self, Mistakes};
use crate::options::Options;
use crate::return_type::Shape;
use crate::signature::{Argument, Function, Mode, Parameters};

/// A function that passed all checks.
pub(crate) struct Plan {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) run_tree: Option<PatType>,
    /// of the `#[parent]` parameter
    pub(crate) parent_type: Option<Type>,
    /// how the receiver is recorded; skipped but for `debug(self)` and `display(self)`
    pub(crate) self_mode: Mode,
    pub(crate) shape: Shape,
}

impl Plan {
    pub(crate) fn check(
        mut options: Options,
        function: Function,
        mut mistakes: Mistakes,
    ) -> syn::Result<Self> {
        let Parameters { receiver, mut arguments, run_tree, parent } =
            Parameters::read(&function.signature, &mut mistakes);
        check_expressions(&options, &arguments, &mut mistakes);
        parent::apply(&mut options, parent.as_ref(), &mut mistakes);
        conflicts(&options, &mut mistakes);
        let self_mode = set_modes(&options, receiver.is_some(), &mut arguments, &mut mistakes);
        mark_mentioned(&options, &mut arguments);
        refuse_functions(&options, &function.signature.generics, &arguments, &mut mistakes);

        let forced = options.kind.as_ref().map(|given| given.value);
        let shape = match Shape::of(&function.signature.output, forced, options.skip_output.is_some()) {
            Ok(shape) => {
                check_kinds(&options, &function, &shape, &mut mistakes);
                Some(shape)
            }
            Err(error) => {
                mistakes.push(error);
                None
            }
        };
        match (mistakes.into_error(), shape) {
            (Some(error), _) => Err(error),
            (None, Some(shape)) => {
                let parent_type = parent.map(|parent| parent.ty);
                Ok(Self { function, options, receiver, arguments, run_tree, parent_type, self_mode, shape })
            }
            // unreachable: without a shape there is a mistake
            (None, None) => Err(message::not_an_item(proc_macro2::Span::call_site())),
        }
    }

    /// Whether an `async fn` is printed as one, and not as a function that returns a future.
    pub(crate) fn stays_async(&self) -> bool {
        self.function.signature.asyncness.is_some() && self.function.must_stay_async()
    }
}
