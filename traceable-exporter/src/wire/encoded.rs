//! A finished body: its format, and what it holds.

use super::run::Run;

/// The format of a body, by the endpoint that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `/runs/multipart`.
    Multipart {
        /// Whether to compress the body with zstd.
        compressed: bool,
    },
    /// `/runs/batch`.
    Batch,
}

/// Describes a finished body; the [`Encoder`](super::Encoder) holds its bytes.
pub(crate) struct Encoded {
    pub(crate) format: Format,
    /// How many runs it holds.
    pub(crate) runs: usize,
    /// How many names were cut.
    pub(crate) names_cut: u64,
    /// How many attachments were left out, because the format cannot hold them.
    pub(crate) attachments_left_out: u64,
    pub(crate) content_type: String,
    /// Set if the body is compressed: its bytes before, without the framing.
    pub(crate) uncompressed: Option<usize>,
    /// Bytes of the whole body before compression.
    pub(crate) plain_len: usize,
}

impl Encoded {
    /// A stored multipart body.
    pub(crate) fn stored(
        format: Format,
        runs: usize,
        content_type: String,
        uncompressed: Option<usize>,
    ) -> Encoded {
        Encoded { runs, uncompressed, ..Encoded::new(format, content_type) }
    }

    pub(super) fn new(format: Format, content_type: String) -> Encoded {
        Encoded {
            format,
            runs: 0,
            names_cut: 0,
            attachments_left_out: 0,
            content_type,
            uncompressed: None,
            plain_len: 0,
        }
    }

    pub(super) fn count(&mut self, run: &impl Run) {
        self.runs += 1;
        self.names_cut += u64::from(run.is_name_cut());
    }
}
