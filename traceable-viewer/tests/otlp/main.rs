//! What is sent in: bodies that are nearly right, bodies that are large, and OTLP.

#[path = "../common/mod.rs"]
mod common;

mod leniency;
mod limits;
