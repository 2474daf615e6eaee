//! Files that travel beside a run's JSON.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
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

/// What a parameter marked `#[attachment]` may be: a file, or any number of files.
///
/// An [`Option`] without a file leaves nothing. The files of a list are numbered: `pages_0`, `pages_1`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a file to attach",
    label = "an `#[attachment]` is an `Attachment`, or an `Option`, `Vec` or slice of them",
    note = "make one from bytes: `Attachment::new(\"image/png\", bytes)`"
)]
pub trait Attachments {
    /// Gives each file its name.
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment));
}

impl Attachments for Attachment {
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
        to(name.to_owned(), self);
    }
}

impl<A: Attachments> Attachments for Option<A> {
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
        if let Some(files) = self {
            files.each(name, to);
        }
    }
}

impl<A: Attachments> Attachments for [A] {
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
        for (number, files) in self.iter().enumerate() {
            files.each(&format!("{name}_{number}"), to);
        }
    }
}

impl<A: Attachments, const N: usize> Attachments for [A; N] {
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
        self[..].each(name, to);
    }
}

macro_rules! pointers {
    ($($pointer:ty: $generics:tt),*) => {$(
        pointers!(@ $generics $pointer);
    )*};
    (@ [$($generics:tt)*] $pointer:ty) => {
        impl<$($generics)*> Attachments for $pointer {
            fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
                (**self).each(name, to);
            }
        }
    };
}

pointers! {
    &A: [A: Attachments + ?Sized],
    &mut A: [A: Attachments + ?Sized],
    Box<A>: [A: Attachments + ?Sized],
    Rc<A>: [A: Attachments + ?Sized],
    Arc<A>: [A: Attachments + ?Sized],
    Cow<'_, A>: [A: Attachments + ToOwned + ?Sized]
}

impl<A: Attachments> Attachments for Vec<A> {
    fn each(&self, name: &str, to: &mut dyn FnMut(String, &Attachment)) {
        self[..].each(name, to);
    }
}
