//! Which run a span is.
//!
//! The id of a run is made of the ids of its trace and its span, so a span that is sent twice is one run, and a child
//! knows its parent's id without having the parent. The root is no exception: a child cannot know that its parent is the
//! root, and by LangSmith's rule the id of a trace is that of its root. So until the root has come, its descendants are
//! in a trace that has the id of the trace in OTLP; the store moves them below the root when it comes.

use uuid::Uuid;

/// Ids of runs are made below this one.
const NAMESPACE: Uuid = Uuid::from_u128(0x5e3c_61f2_0d0b_5d1e_8a44_2f9a_7bb0_93c6);

/// The ids that a span has in OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpanIds {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
}

impl SpanIds {
    /// `None`: they have the wrong length or are all zeros, which OTLP does not allow.
    pub(super) fn new(trace: &[u8], span: &[u8]) -> Option<Self> {
        let ids = SpanIds { trace: trace.try_into().ok()?, span: span.try_into().ok()? };
        (ids.trace != [0; 16] && ids.span != [0; 8]).then_some(ids)
    }

    pub(super) fn run_id(self) -> Uuid {
        Uuid::new_v5(&NAMESPACE, &[&self.trace[..], &self.span[..]].concat())
    }

    /// The id of the trace while its root is not known.
    pub(super) fn trace_without_root(self) -> Uuid {
        Uuid::from_bytes(self.trace)
    }
}

/// An id as people write it.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
