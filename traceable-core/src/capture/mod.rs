//! What a run saw: values, serialised once and by reference, straight to JSON bytes.

pub(crate) mod attachment;
pub(crate) mod guarded;
pub(crate) mod hook;
pub(crate) mod inputs;
pub(crate) mod items;
mod json;
pub(crate) mod lazy;
pub(crate) mod object;
pub(crate) mod outcome;
pub(crate) mod payload;
pub(crate) mod secret;
pub(crate) mod silence;
pub(crate) mod writer;
