//! OTLP: spans of OpenTelemetry become runs.
//!
//! In: the body of an export request, protobuf or JSON. Out: a `Batch`, and what of it was refused. Each family of
//! attributes has a file, which takes the attributes it knows; the first that finds inputs, a model or a run type wins,
//! and what nobody knows becomes metadata. Never: HTTP, the database.

mod attributes;
mod clock;
mod cost;
mod event;
mod genai;
mod generic;
mod json;
mod langsmith;
mod logfire;
mod messages;
mod openinference;
mod reading;
mod request;
mod run_ids;
mod span;
mod traceloop;

pub(crate) use request::{OtlpEncoding, read_otlp};
