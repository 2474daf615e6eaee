//! Connections: which are accepted, how long each may take, and how they end.
//!
//! In: a listener and the routes. Out: requests to the routes, and their responses to the clients. A client that is
//! silent, slow or one of very many costs a bounded number of descriptors for a bounded time. Never: what a request
//! means (`api/`).

mod accept;
mod connection;
mod limits;
mod phase;
mod slots;
mod tracked_body;
mod write_timeout;

pub(crate) use accept::serve;
pub(crate) use limits::{ServerLimits, default_connections};
