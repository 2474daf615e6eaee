//! traceable.

pub use traceable::traceable as traced;

use crate::tree::Record;

pub fn record(program: impl FnOnce()) -> Vec<Record> {
    let recorder = traceable::testing::Recorder::install();
    program();
    crate::record::records(&recorder)
}
