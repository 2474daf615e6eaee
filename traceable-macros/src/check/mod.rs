//! Whether options, parameters and return type fit together.
//!
//! In: [`Options`](crate::options::Options) and a [`Function`](crate::signature::Function), each parsed. Out: a [`Plan`],
//! which is printed without another question, or every mistake that there is. Never makes tokens.

mod conflicts;
mod kind_options;
mod mentions;
mod parent;
mod plan;
mod recorded_arguments;

pub(crate) use self::conflicts::conflicts;
pub(crate) use self::mentions::mentions;
pub(crate) use self::plan::Plan;
