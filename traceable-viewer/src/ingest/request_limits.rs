//! How much one request may ask for, and how much memory all of them together.

use std::time::Duration;

/// Bounds on one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLimits {
    /// Bytes of a body, before and after decompression.
    pub(crate) max_body_bytes: usize,
    /// Bytes of memory for all requests together, which `memory_budget.rs` counts.
    pub(crate) max_memory_bytes: usize,
    /// How long a client may keep a request waiting without sending any of it.
    pub(crate) idle_timeout: Duration,
    /// Bytes of one part of a multipart body.
    pub(crate) max_part_bytes: usize,
    /// Parts of a multipart body, or runs of a JSON body.
    pub(crate) max_parts: usize,
}

impl RequestLimits {
    /// Bytes that a body may have after decompression before it looks like a bomb: if it is
    /// [`BOMB_RATIO`](Self::BOMB_RATIO) times longer too, it is measured before memory is taken for it.
    pub(crate) const BOMB_FLOOR: usize = 16 << 20;

    /// Traces repeat themselves, and still seldom compress better than this.
    pub(crate) const BOMB_RATIO: usize = 100;

    /// Keys of one run: those of the protocol, and more than any client adds.
    pub(crate) const MAX_KEYS: usize = 1000;

    /// Tags of one run.
    pub(crate) const MAX_TAGS: usize = 1000;

    /// Bytes of the headers of one part.
    pub(crate) const MAX_PART_HEADER_BYTES: usize = 16 << 10;
}

impl Default for RequestLimits {
    fn default() -> Self {
        RequestLimits {
            max_body_bytes: 256 << 20,
            max_memory_bytes: 1 << 30,
            idle_timeout: Duration::from_secs(15),
            max_part_bytes: 100 << 20,
            max_parts: 200_000,
        }
    }
}
