//! Prints a plan as a function.
//!
//! In: a [`Plan`](crate::check::Plan). Out: the user's function, with one call into the runtime around its body. Never
//! reports a mistake, never parses, never prints the body twice.
//!
//! Every form (`forms`) has three parts: the call (`call`), the body with its arguments (`body`), and the end of the
//! run (`wrap`, `outcome`).

mod advice;
mod async_yields_async;
mod body;
mod borrowed_arguments;
mod call;
mod call_facts;
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
mod repeated_names;
mod result_detection;
mod returned_closure;
mod struct_pattern;
mod wrap;

pub(crate) use self::function::print;
