//! The server: one HTTP request to it, what its answers mean, and what is known of it.
//!
//! In: a path, headers and a body. Out: a [`Reply`] and its [`ResponseClass`], and what the server takes: formats, sizes,
//! concurrent requests. Never knows what a run is.

mod backoff;
mod classify;
mod health;
mod http_request;
mod info;
mod retry_after;
mod server_state;

pub(crate) use backoff::Backoff;
pub(crate) use classify::{ResponseClass, classify};
pub(crate) use health::is_unhealthy;
pub(crate) use http_request::Reply;
#[cfg(fuzzing)]
pub(crate) use info::ServerInfo;
pub(crate) use server_state::Server;
