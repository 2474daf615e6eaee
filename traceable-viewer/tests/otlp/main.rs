//! What is sent in: bodies that are nearly right, bodies that are large, and OTLP.

#[path = "../common/mod.rs"]
mod common;

mod families;
mod hybrid;
mod leniency;
mod limits;
mod odd_spans;
mod places;
mod spans;
mod transport;
