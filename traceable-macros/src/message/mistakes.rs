//! Mistakes: all of one attribute are reported at once.

use proc_macro2::Span;
use syn::Error;

/// The mistakes so far, as one error.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// Two errors for one conflict: what is wrong, then the other side of it.
    pub(crate) fn conflict(&mut self, at: Span, what: &str, other: Span, remedy: &str) {
        self.push(Error::new(at, what));
        self.push(Error::new(other, remedy));
    }

    pub(crate) fn into_error(self) -> Option<Error> {
        self.0
    }
}
