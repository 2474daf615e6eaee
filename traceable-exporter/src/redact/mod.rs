//! Removes from runs what must not leave the program: hides parts, replaces texts.
//!
//! In: an operation, as the program submits it. Out: the same operation without what must not be sent; a part that
//! cannot be redacted becomes a marker. Runs on the submitting thread, before the queue. Never waits, and never passes
//! on the original of a part that failed.
//!
//! `redaction` is the setting, `apply` hides parts, `hidden` is what is left of some, `apply_anonymizer` replaces texts by the rules of the `anonymizer`,
//! and `secrets` knows the forms of secrets.

#[cfg(feature = "anonymizer")]
mod anonymizer;
mod apply;
#[cfg(feature = "anonymizer")]
mod apply_anonymizer;
mod hidden;
mod part;
mod redacting_sink;
mod redaction;
#[cfg(feature = "anonymizer")]
mod secrets;

#[cfg(feature = "anonymizer")]
pub use anonymizer::{Anonymizer, InvalidRule, TextLocation};
pub(crate) use hidden::MAX_NAME;
pub use redacting_sink::RedactingSink;
pub use redaction::Redaction;
