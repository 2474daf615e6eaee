//! What LangSmith's clients ask for, and what they are answered.

#[path = "../common/mod.rs"]
mod common;
mod long_answers;
mod replay;
mod statistics;
mod threads;
mod v1;
mod v2;
mod v2_sharing;
