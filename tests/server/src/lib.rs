//! What tests share: an HTTP server on loopback, to which requests come over a real connection, and a test reads them
//! back.
//!
//! - [`server`]: answers as a test asks, and keeps every request, decompressed.
//! - [`multipart`]: the parts of such a body, read strictly.
//! - [`faulty`]: misbehaves below HTTP, byte by byte. It keeps no body, so that tests of memory can use it.
//! - [`own_process`]: tests that need a process of their own.
//! - `tls`, with the feature of that name: answers over TLS, with an authority of its own.

pub mod faulty;
mod http;
pub mod multipart;
pub mod own_process;
pub mod server;
#[cfg(feature = "tls")]
pub mod tls;
