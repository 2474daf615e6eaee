//! What may leave the program: parts that are hidden, and texts that are replaced.
//!
//! In: an operation, as it is handed over. Out: the same operation without what must not be sent; what cannot be redacted
//! becomes a marker. It never waits, and never lets the original through.

#[cfg(feature = "anonymizer")]
mod anonymize;
#[cfg(feature = "anonymizer")]
mod anonymizer;
mod apply;
mod part;
mod redacting_sink;
mod redaction;

#[cfg(feature = "anonymizer")]
pub use anonymizer::{Anonymizer, InvalidRule, TextLocation};
pub use redacting_sink::RedactingSink;
pub use redaction::Redaction;
