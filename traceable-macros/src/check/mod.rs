//! Checks that options, parameters and return type fit together.
//!
//! In: parsed [`Options`](crate::options::Options) and a [`Function`](crate::signature::Function). Out: a [`Plan`] that
//! prints without further checks, or every mistake at once. Never prints.

mod conflicts;
mod kind_options;
mod mentions;
mod parent;
mod plan;
mod recorded_arguments;

pub(crate) use self::conflicts::conflicts;
pub(crate) use self::mentions::mentions;
pub(crate) use self::plan::Plan;
