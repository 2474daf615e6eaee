//! How much one request may ask for.

/// Bounds on one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a body, before and after decompression.
    pub(crate) body: usize,
    /// Bytes of one part of a multipart body.
    pub(crate) part: usize,
    /// How often longer a body may be after decompression, above [`Limits::RATIO_FLOOR`].
    pub(crate) ratio: usize,
    /// Parts of a multipart body.
    pub(crate) parts: usize,
}

impl Limits {
    /// Traces repeat themselves and compress well, so small bodies may grow by any factor.
    pub(crate) const RATIO_FLOOR: usize = 16 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Limits { body: 256 << 20, part: 100 << 20, ratio: 1000, parts: 100_000 }
    }
}
