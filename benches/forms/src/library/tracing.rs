//! tracing.

pub use tracing::instrument as traced;

use crate::record::Recording;
use crate::tree::Record;

pub fn record(program: impl FnOnce()) -> Vec<Record> {
    let recording = Recording::default();
    recording.install();
    program();
    recording.records()
}
