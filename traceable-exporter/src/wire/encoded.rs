//! What a finished body is.

use super::run::Run;

/// Which of the server's endpoints a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `/runs/multipart`.
    Multipart {
        /// Whether the server takes zstd.
        compressed: bool,
    },
    /// `/runs/batch`.
    Batch,
}

/// What a finished body is, besides its bytes.
pub(crate) struct Encoded {
    pub(crate) format: Format,
    /// How many of the runs are in it.
    pub(crate) runs: usize,
    /// Names that were cut in it.
    pub(crate) names_cut: u64,
    /// Attachments that it cannot hold.
    pub(crate) attachments_left_out: u64,
    pub(crate) content_type: String,
    /// Set if the body is compressed: bytes before, without the framing.
    pub(crate) uncompressed: Option<usize>,
    /// Bytes of the whole body before it was compressed.
    pub(crate) plain_len: usize,
}

impl Encoded {
    /// A multipart body that was made before.
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
