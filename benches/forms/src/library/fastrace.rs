//! fastrace, which records only below a root; see [`HOP`].

pub use fastrace::trace as traced;

use fastrace::prelude::{Span, SpanContext};

use crate::record::Collecting;
use crate::tree::{HOP, Record};

pub fn record(program: impl FnOnce()) -> Vec<Record> {
    let collecting = Collecting::default();
    collecting.install();
    {
        let root = Span::root(HOP, SpanContext::random());
        let _guard = root.set_local_parent();
        program();
    }
    collecting.records()
}
