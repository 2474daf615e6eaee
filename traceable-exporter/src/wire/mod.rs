//! Encodes runs into request bodies, in the form and order of LangSmith's own SDK, and reads them back.
//!
//! In: anything that is a [`Run`]. Out: an [`Encoded`] body, as multipart or as JSON, compressed or not. Never does
//! I/O, and never waits.
//!
//! `run_json` writes one run's fields, `placement` says into which project and under which ids; `multipart` and
//! `batch_json` join runs to a body for the two endpoints, `encoder` drives them within the byte limit, `trim` leaves
//! out parts of a run that is too large, which `left_out` notes in its metadata. `decoded_run` and `multipart_reader` take a stored body apart again.

mod batch_json;
mod compression;
mod decoded_run;
mod encoded;
mod encoder;
mod json;
mod left_out;
mod multipart;
mod multipart_reader;
mod placement;
mod replica_ids;
mod resource;
mod run;
mod run_json;
mod trim;

pub(crate) use compression::{MAX_DECOMPRESSED, ZSTD, decompress};
pub(crate) use decoded_run::{DecodedRun, read as read_runs};
pub(crate) use encoded::{Encoded, Format};
pub(crate) use encoder::Encoder;
pub(crate) use left_out::LeftOut;
pub(crate) use placement::{Changes, Placement, Target};
pub(crate) use resource::Resource;
pub(crate) use run::{Field, PartWriter, Run};
pub(crate) use run_json::{name, write};
pub(crate) use trim::Trim;
