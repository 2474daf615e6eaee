//! The same program in Python and in Rust, and what each puts on the wire.
//!
//! `captures/` holds requests of LangSmith's Python SDK. Each test runs the same program in Rust, through the
//! exporter and over HTTP, and compares field by field (`compare`). Where the two differ on purpose, the test
//! says where, how and why (`difference`); an entry that is not needed fails the test too.

mod agreed;
mod compare;
mod difference;
mod operation;
mod view;

mod attachments;
mod distributed;
mod errors;
mod generators;
mod llm;
mod manual;
mod nested;
mod parents;
mod requests;
mod threads;
