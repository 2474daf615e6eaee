//! Takes out of the long texts of a run what lists, filters and statistics ask for: tokens, costs, model, thread, previews,
//! attributes, words.
//!
//! In: JSON texts. Out: the facts of `model/facts.rs`. Never: a tree of a payload in memory, SQLite, an error: what
//! cannot be read gives no facts.

mod events;
mod extra;
mod members;
mod objects;
mod prices;
mod usage;
mod words;

pub(crate) use events::events;
pub(crate) use extra::extra;
pub(crate) use members::number;
pub(crate) use objects::{MAX_ATTRIBUTES, all_attributes, inputs, outputs};
pub(crate) use prices::Prices;
pub(crate) use words::{MAX_TEXT, text};
