//! The database as a file: what is kept of it, what happens to it when programs die, and who may share it.

#[path = "../common/mod.rs"]
mod common;
mod retention;
mod runs;
