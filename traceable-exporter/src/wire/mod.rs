//! Runs to bytes, in the order and form of LangSmith's own SDK, and back.
//!
//! In: anything that is a [`Run`]. Out: an [`Encoded`] body, as multipart or as JSON, compressed or not. Never does I/O,
//! and never waits.

mod batch_json;
#[cfg(feature = "zstd")]
mod compress;
mod decompress;
mod encoded;
mod encoder;
mod json;
mod multipart;
mod multipart_reader;
mod placement;
mod replica_ids;
mod resource;
mod run;
mod run_json;
mod stored_run;
mod trim;

pub(crate) use decompress::{MAX_DECOMPRESSED, decompress};
pub(crate) use encoded::{Encoded, Format};
pub(crate) use encoder::Encoder;
pub(crate) use placement::{Changes, Placement, Target};
pub(crate) use resource::Resource;
pub(crate) use run::{Field, PartWriter, Run};
pub(crate) use run_json::{name, write};
pub(crate) use stored_run::{StoredRun, read as read_runs};
pub(crate) use trim::Trim;
