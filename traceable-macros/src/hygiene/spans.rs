//! Spans: where the compiler points, and what lints see.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Token};

/// A token of ours that lies where a token of the user's lies.
pub(crate) fn located(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// `impl`, with the capture rules of this crate's edition.
pub(crate) fn impl_token(at: Span) -> Token![impl] {
    Token![impl](located(at))
}

/// Code of ours that lies where a token of the user's lies, down to its brackets and not into them: the compiler
/// underlines a call from its first token to its last.
pub(crate) fn respan(at: Span, code: TokenStream) -> TokenStream {
    code.into_iter()
        .map(|mut token| {
            token.set_span(located(at));
            token
        })
        .collect()
}

/// `&(expr)`, lying over the expression.
pub(crate) fn reference_to(expr: &impl ToTokens) -> TokenStream {
    let tokens = expr.to_token_stream();
    let first = first_span(&tokens);
    let last = tokens.clone().into_iter().last().map_or(first, |token| token.span());
    let mut group = Group::new(proc_macro2::Delimiter::Parenthesis, tokens);
    group.set_span(located(last));
    let and = Token![&](located(first));
    quote!(#and #group)
}

/// Where tokens begin.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::mixed_site, |token: TokenTree| token.span())
}

/// `&*value`, lying over `tokens`: the compiler underlines the argument of a call whose bound fails.
pub(crate) fn deref_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    respan_over(value, tokens, |at| quote::quote_spanned!(at=> &*))
}

/// `&value`, lying over `tokens`.
pub(crate) fn reference_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    respan_over(value, tokens, |at| quote::quote_spanned!(at=> &))
}

fn respan_over(value: &Ident, tokens: TokenStream, before: impl Fn(Span) -> TokenStream) -> TokenStream {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let before = before(Span::mixed_site().located_at(first));
    let mut value = value.clone();
    value.set_span(value.span().located_at(last));
    quote!(#before #value)
}
