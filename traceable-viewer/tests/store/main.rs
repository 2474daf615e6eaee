//! The database: what is in it after any requests, how it grows, what is kept of it, and what happens to it when programs
//! die or share it.

#[path = "../common/mod.rs"]
mod common;

mod attachments;
mod deletion;
mod dump;
mod facts;
#[cfg(unix)]
mod kill;
mod locked;
mod log;
mod migration;
#[cfg(unix)]
mod process;
mod retention;
mod runs;
