//! Printing: a plan becomes a function again.
//!
//! In: a [`Plan`](crate::check::Plan). Out: the user's function with one call into the runtime around its body. Never
//! finds a mistake, never parses, and never prints the body twice.
//!
//! Every form (`forms`) is the same three things: the call (`call`), the body with its arguments (`body`), and where the
//! run ends (`wrap`, `outcome`).

mod async_yields_async;
mod body;
mod call;
mod callsite;
mod coercion;
mod drop_order;
mod forms;
mod function;
mod generator;
mod impl_trait;
mod inputs;
mod outcome;
mod parameter;
mod reference_pattern;
mod result_detection;
mod wrap;

pub(crate) use self::function::print;
