//! What the environment and the program set, how an exporter starts by it, and what errors say.

#[path = "../support/mod.rs"]
mod support;

mod config;
mod destinations;
mod environment;
mod errors;
mod lazy;
