//! Files that travel beside a run's JSON.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Bytes with a MIME type, sent beside a run's inputs and outputs: an image, a sound, a document.
///
/// ```
/// use traceable_core::Attachment;
/// let image = Attachment::new("image/png", vec![0x89, b'P', b'N', b'G']);
/// assert_eq!(image.mime_type(), "image/png");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "an attachment is recorded only where a run is given it"]
pub struct Attachment {
    mime_type: Cow<'static, str>,
    bytes: Arc<[u8]>,
}

impl Attachment {
    /// Bytes of this MIME type. They are shared, not copied, when the attachment is cloned.
    pub fn new(mime_type: impl Into<Cow<'static, str>>, bytes: impl Into<Arc<[u8]>>) -> Attachment {
        Attachment { mime_type: mime_type.into(), bytes: bytes.into() }
    }

    /// The MIME type, such as `image/png`.
    pub fn mime_type(&self) -> &str {
        &self.mime_type
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Attachment {
    /// Never prints the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.mime_type, self.bytes.len())
    }
}
