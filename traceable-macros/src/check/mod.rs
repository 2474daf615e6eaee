//! Checks that options, parameters and return type fit together.
//!
//! In: parsed [`Options`](crate::options::Options) and a [`Function`](crate::signature::Function). Out: a [`Plan`] that
//! prints without further checks, or every mistake at once. Never prints.

mod conflicts;
mod function_arguments;
mod kind_options;
mod option_expressions;
mod parent;
mod plan;
mod skip_and_debug;
mod uses_of_argument;

pub(crate) use self::conflicts::conflicts;
pub(crate) use self::plan::Plan;
pub(crate) use self::uses_of_argument::mentions;
