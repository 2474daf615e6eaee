//! Where in a run a text stands.

/// Where in a run a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLocation<'a> {
    path: &'a str,
    is_name: bool,
}

impl<'a> TextLocation<'a> {
    pub(super) fn text(path: &'a str) -> TextLocation<'a> {
        TextLocation { path, is_name: false }
    }

    pub(super) fn name(path: &'a str) -> TextLocation<'a> {
        TextLocation { path, is_name: true }
    }

    /// A JSON pointer (RFC 6901) that begins with the field: `/inputs/messages/0/content`, `/outputs/..`,
    /// `/metadata/..`, `/extra/..`, `/events/..`, `/serialized/..`, `/error`, `/name`, `/run_type`, `/project`, `/tags/0`, and
    /// `/attachments/0` with `/name`, `/type` or `/content`.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Whether the text is the name of an object's entry. If so, the path ends in that name.
    pub fn is_name(&self) -> bool {
        self.is_name
    }
}

/// Adds a step to a JSON pointer.
pub(super) fn push(path: &mut String, step: &str) {
    path.push('/');
    for c in step.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}
