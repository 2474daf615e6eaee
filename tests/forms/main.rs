//! Every form of function that `#[traceable]` stands on, against the plain function: same values, same drops, no
//! lint, and a run with the right inputs and the right end.

#![deny(warnings)]

mod arguments;
mod blocks;
mod auto_traits;
mod beside;
mod diverging;
mod functions;
mod futures;
mod generators;
mod handlers;
mod macros;
mod methods;
mod options;
mod parents;
mod parameters;
mod prelude;
mod receivers;
mod support;
mod traits;
