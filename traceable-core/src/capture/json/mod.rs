//! Writes compact JSON, byte for byte as `serde_json` does, and loses less: a key of whatever type becomes a text, and a
//! part whose `Serialize` fails becomes a marker among the others. Reads it back without rounding.
//!
//! In: a value and its `Serialize`. Out: bytes of valid JSON within the limits, or an error. It never leaves half a value
//! behind unnoticed.
//!
//! `serde_json` looks at each byte of a text by itself and hands over what lies between two escapes piece by piece:
//! that was a tenth of all that a run costs, up to the request, as most of a run is text. Its serializer is generic,
//! too, so that it would be compiled anew in each program. This one is not: it writes texts and structure, leaves
//! numbers to libraries, and keeps the limits on the way.

pub(super) mod buffer;
mod open;
pub(super) mod raw;
pub(super) mod read;
mod serializer;
#[cfg(test)]
mod tests;
mod text;
