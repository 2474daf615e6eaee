//! What LangSmith's clients ask for, and what they are answered.

#[path = "../common/mod.rs"]
mod common;
mod statistics;
mod v2;
