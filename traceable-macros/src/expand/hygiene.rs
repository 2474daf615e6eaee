//! Code of ours and code of the user's in one function: neither reaches the other's names.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Token;

/// `quote!` for code of ours: its names cannot be reached from the user's code, nor reach it.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned! { proc_macro2::Span::mixed_site()=> $($tokens)* } };
}
pub(super) use ours;

/// The path to the runtime, through which everything we print is named.
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

/// Code of ours that lies where a token of the user's lies, down to its brackets and not into them: the compiler
/// underlines a call from its first token to its last.
pub(super) fn lying(at: Span, code: TokenStream) -> TokenStream {
    code.into_iter()
        .map(|mut token| {
            token.set_span(located(at));
            token
        })
        .collect()
}

/// `&(expr)`, lying over the expression.
pub(super) fn reference_to(expr: &impl ToTokens) -> TokenStream {
    let tokens = expr.to_token_stream();
    let first = first_span(&tokens);
    let last = tokens.clone().into_iter().last().map_or(first, |token| token.span());
    let mut group = Group::new(proc_macro2::Delimiter::Parenthesis, tokens);
    group.set_span(located(last));
    let and = Token![&](located(first));
    quote::quote!(#and #group)
}

/// Where tokens begin.
pub(super) fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::mixed_site, |token: TokenTree| token.span())
}
