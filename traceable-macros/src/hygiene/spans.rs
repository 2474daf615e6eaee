//! Spans: where the compiler points, and what lints see.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Token};

/// A span for our token at the place of a user's token.
pub(crate) fn located(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// `impl`, with the capture rules of this crate's edition.
pub(crate) fn impl_token(at: Span) -> Token![impl] {
    Token![impl](located(at))
}

/// Moves our code to a user's token. Brackets move, what is in them does not: the compiler underlines a call from its
/// first token to its last. Each token keeps where its name belongs: `$crate` means the crate of its macro.
pub(crate) fn respan(at: Span, code: TokenStream) -> TokenStream {
    code.into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(at));
            token
        })
        .collect()
}

/// Moves our code to what it is about, from the first token to the last.
pub(crate) fn respan_over(about: &impl ToTokens, code: TokenStream) -> TokenStream {
    let about = about.to_token_stream();
    let first = first_span(&about);
    let last = about.into_iter().last().map_or(first, |token| token.span());
    let mut moved: Vec<_> = respan(first, code).into_iter().collect();
    if let Some(token) = moved.last_mut() {
        token.set_span(token.span().located_at(last));
    }
    moved.into_iter().collect()
}

/// `&(expr)`, at the expression.
pub(crate) fn reference_to(expr: &impl ToTokens) -> TokenStream {
    let tokens = expr.to_token_stream();
    let first = first_span(&tokens);
    let last = tokens.clone().into_iter().last().map_or(first, |token| token.span());
    let mut group = Group::new(proc_macro2::Delimiter::Parenthesis, tokens);
    group.set_span(located(last));
    let and = Token![&](located(first));
    quote!(#and #group)
}

/// The span of the first token.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::mixed_site, |token: TokenTree| token.span())
}

/// `&*value`, at `tokens`. The compiler underlines the argument of a call whose bound fails, so it points at the user's
/// tokens.
pub(crate) fn deref_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    place(value, tokens, |at| quote::quote_spanned!(at=> &*))
}

/// `&value`, at `tokens`.
pub(crate) fn reference_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    place(value, tokens, |at| quote::quote_spanned!(at=> &))
}

fn place(value: &Ident, tokens: TokenStream, before: impl Fn(Span) -> TokenStream) -> TokenStream {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let before = before(Span::mixed_site().located_at(first));
    let mut value = value.clone();
    value.set_span(value.span().located_at(last));
    quote!(#before #value)
}
