//! From the bytes of a request to a `Batch` of changes.
//!
//! Nothing here touches the database or HTTP. A `Problem` refuses the whole request; what is wrong with one run alone
//! becomes a `Rejection` inside the batch.

mod encoding;
mod flat;
mod json;
mod limits;
mod multipart;
mod parts;
mod problem;
mod run_fields;

pub(crate) use encoding::{Encoding, decode};
pub(crate) use flat::{read_batch, read_patch, read_post};
pub(crate) use limits::Limits;
pub(crate) use multipart::boundary;
pub(crate) use parts::read_multipart;
pub(crate) use problem::Problem;
