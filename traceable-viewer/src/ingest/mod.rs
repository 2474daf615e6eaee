//! From the bytes of a request to a `Batch` of changes.
//!
//! In: a body, its content type and encoding. Out: a `Batch`. What is wrong with one run becomes a `ValidationError`
//! inside the batch; a `RequestError` refuses the whole request. Never: HTTP, the database, more memory than
//! `RequestLimits` and the request's `Reservation` allow.

mod charges;
mod decompress;
mod json_bodies;
mod json_repair;
mod lenient_json;
mod multipart;
mod otlp;
mod part_assembly;
mod part_headers;
mod request_error;
mod request_limits;
mod run_fields;

pub(crate) use charges::memory_to_store;
pub(crate) use decompress::{ContentEncoding, decompress};
pub(crate) use json_bodies::{read_batch, read_patch, read_post};
pub(crate) use multipart::boundary;
pub(crate) use otlp::{OtlpEncoding, read_otlp};
pub(crate) use part_assembly::{read_feedback, read_multipart};
pub(crate) use request_error::RequestError;
pub(crate) use request_limits::RequestLimits;
