//! The database: what is in it after any requests, how it grows, what is kept of it, and what happens to it when programs
//! die or share it.

mod attachments;
#[path = "../common/mod.rs"]
mod common;

mod dump;
mod facts;
mod migration;
mod retention;
mod runs;
