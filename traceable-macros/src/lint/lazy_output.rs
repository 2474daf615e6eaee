//! Warns of a result that is not recorded and is a future, a stream or an iterator.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours, respan_over};
use crate::return_type::{Hidden, is_task_handle, is_value, may_be_lazy};

/// What the runtime can be asked, and the method of the answer that warns.
const QUESTIONS: [(&str, &str); 3] =
    [("AsksFuture", "future"), ("AsksStream", "stream"), ("AsksIterator", "iterator")];

/// Output: `not_hidden(AsksFuture::of(output)[Asked]);`, and so for streams and iterators, at an `impl Trait` of the user's:
/// what is recorded must not be one of them.
pub(crate) fn errors(p: &Runtime, ty: &Type) -> TokenStream {
    let of = match may_be_lazy(ty) {
        Some(Hidden::Here) => "of",
        Some(Hidden::InOption) => "of_option",
        None => return TokenStream::new(),
    };
    let of = Ident::new(of, Span::mixed_site());
    let asks = QUESTIONS.map(|(asks, _)| {
        let asks = Ident::new(asks, Span::mixed_site());
        let asked = respan_over(ty, ours!(#p::#asks::#of(__traceable_output)[#p::Asked]));
        ours!(#p::not_hidden(#asked);)
    });
    ours!(#(#asks)*)
}

/// Output: `AsksFuture::of(output)[Asked].future();`, and so for streams and iterators, at the return type
pub(crate) fn warnings(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
    // a `#[run_tree]` parameter can keep the run open (`keep_open`) for just such a value
    if is_value(ty) || is_task_handle(ty) || plan.run_tree.is_some() {
        return TokenStream::new();
    }
    let at =
        ty.to_token_stream().into_iter().last().map_or_else(Span::mixed_site, |token| located(token.span()));
    let asks = QUESTIONS.map(|(asks, warn)| {
        let (asks, warn) = (Ident::new(asks, Span::mixed_site()), Ident::new(warn, at));
        ours!(#p::#asks::of(__traceable_output)[#p::Asked].#warn();)
    });
    ours!(#(#asks)*)
}
