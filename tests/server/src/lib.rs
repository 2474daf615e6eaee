//! The HTTP server of the tests, on loopback: requests come in over a real connection, and a test reads them back.
//!
//! - [`server`]: answers as a test asks, and keeps every request, decompressed.
//! - [`multipart`]: the parts of such a body, read strictly.
//! - [`faulty`]: misbehaves below HTTP, byte by byte. It keeps no body, so that tests of memory can use it.
//! - `tls`, with the feature of that name: answers over TLS, with an authority of its own.

pub mod faulty;
mod http;
pub mod multipart;
pub mod server;
#[cfg(feature = "tls")]
pub mod tls;
