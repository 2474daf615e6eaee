//! Every form of function that `#[traceable]` stands on, against the plain function: same values, same drops, no
//! lint, and a run with the right inputs and the right end.

#![deny(warnings)]

mod arguments;
mod auto_traits;
mod beside;
mod blocks;
mod borrowing;
mod diverging;
mod drops;
mod functions;
mod futures;
mod generators;
mod handlers;
mod macros;
mod methods;
mod names;
mod options;
mod parameters;
mod parents;
mod patterns;
mod prelude;
mod receivers;
mod renamed_crate;
mod streams_of_results;
mod support;
mod traits;
mod type_names;
mod types;
mod wrapped;
