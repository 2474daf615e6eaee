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

    /// How many bytes of memory it takes beside its own structure.
    pub(crate) fn heap_size(&self) -> usize {
        let mime_type = match &self.mime_type {
            Cow::Borrowed(_) => 0,
            Cow::Owned(text) => text.capacity(),
        };
        // with the counts of its `Arc`
        mime_type + self.bytes.len() + 2 * size_of::<usize>()
    }
}

impl fmt::Debug for Attachment {
    /// Never prints the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.mime_type, self.bytes.len())
    }
}
