//! Recording values: serialised once, by reference, straight to JSON bytes.
//!
//! In: arguments, results, errors and items, with the user's own `Serialize`, `Display` and hooks. Out: `Payload`s, which
//! are valid JSON within `limits`. Whatever the user's code does here, it must never change the call's own result:
//! panics and errors become markers.

pub(crate) mod asked;
pub(crate) mod attachment;
pub(crate) mod error_text;
pub(crate) mod hook;
pub(crate) mod input_advice;
pub(crate) mod inputs;
pub(crate) mod items;
mod json;
pub(crate) mod json_object;
pub(crate) mod lazy;
pub(crate) mod limits;
pub(crate) mod lock;
pub(crate) mod marker;
pub(crate) mod outcome;
pub(crate) mod output_advice;
pub(crate) mod panic_guard;
pub(crate) mod payload;
pub(crate) mod place;
pub(crate) mod secret;
pub(crate) mod suppress;
pub(crate) mod writer;
