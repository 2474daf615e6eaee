//! The server: one HTTP request to it, what its answers mean, and what is known of it.
//!
//! In: a path, headers and a body. Out: a [`Reply`] and its [`ResponseClass`], and what the server takes: formats, sizes,
//! concurrent requests. Never knows what a run is.

mod backoff;
mod classify;
mod client;
mod health;
mod info;
mod retry_after;
mod transport;

pub(crate) use backoff::Backoff;
pub(crate) use classify::{ResponseClass, classify};
pub(crate) use client::Server;
pub(crate) use health::is_unhealthy;
#[cfg(fuzzing)]
pub(crate) use info::ServerInfo;
pub(crate) use transport::Reply;
