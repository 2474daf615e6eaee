//! Helpers for the text of messages.

use quote::ToTokens;
use syn::Error;

pub(super) fn over(tokens: impl ToTokens, text: impl std::fmt::Display) -> Error {
    Error::new_spanned(tokens, text)
}

pub(super) fn article(word: &str) -> &'static str {
    // not `u`: a union, a use declaration
    if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}
