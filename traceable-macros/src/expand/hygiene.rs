//! Code of ours and code of the user's in one function: neither reaches the other's names.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Token;

/// `quote!` for code of ours: its names cannot be reached from the user's code, nor reach it.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned! { proc_macro2::Span::mixed_site()=> $($tokens)* } };
}
pub(super) use ours;

/// The path to the run time, through which everything we print is named.
pub(super) struct Runtime(pub(super) TokenStream);

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// A token of ours that lies where a token of the user's lies.
pub(super) fn located(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// `impl`, with the capture rules of this crate's edition.
pub(super) fn impl_token(at: Span) -> Token![impl] {
    Token![impl](located(at))
}
