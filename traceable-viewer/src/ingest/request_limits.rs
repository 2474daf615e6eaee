//! How much one request may ask for.
//!
//! How much all requests together may hold in memory is `api/memory_pool.rs`.

/// Bounds on one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLimits {
    /// Bytes of a body, before and after decompression.
    pub(crate) max_body_bytes: usize,
    /// Bytes of one part of a multipart body.
    pub(crate) max_part_bytes: usize,
    /// How often longer a body may be after decompression, above [`RequestLimits::RATIO_FLOOR`].
    pub(crate) max_ratio: usize,
    /// Parts of a multipart body.
    pub(crate) max_parts: usize,
}

impl RequestLimits {
    /// Traces repeat themselves and compress well, so small bodies may grow by any factor.
    pub(crate) const RATIO_FLOOR: usize = 16 << 20;

    /// Bytes of the headers of one part.
    pub(crate) const MAX_PART_HEADER_BYTES: usize = 16 << 10;
}

impl Default for RequestLimits {
    fn default() -> Self {
        RequestLimits {
            max_body_bytes: 256 << 20,
            max_part_bytes: 100 << 20,
            max_ratio: 1000,
            max_parts: 100_000,
        }
    }
}
