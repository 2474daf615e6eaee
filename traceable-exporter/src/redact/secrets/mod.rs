//! Secrets in a text, found by their form or by the name that they stand under.
//!
//! In: a text, the name of an entry, or JSON. Out: the same text with `[SECRET_DETECTED]` in place of each secret, or
//! nothing if there is none. Three steps: `prefilter` looks for bytes that a secret may stand beside, `detector`
//! matches the `patterns`, `plausible` rejects placeholders, types and variables; `names` knows what a name says. A new
//! form of secret needs an entry in `patterns` and, if its bytes are not there yet, one in `prefilter`; a new name, a word
//! in `names`. Never sees what is not a text.

mod detector;
mod names;
mod patterns;
mod pem;
mod plausible;
mod prefilter;

pub(super) use detector::{is_clean_json, prepare, redact, redact_named_value};
pub(super) use names::{NameSecrecy, secrecy};
pub(super) use plausible::is_schema_keyword;
