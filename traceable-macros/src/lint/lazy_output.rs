//! Warns of a result that is not recorded and is a future, a stream or an iterator.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours};
use crate::return_type::{is_task_handle, is_value};

/// Output: `Lazy(output).future(); Lazy(output).stream(); Lazy(output).iterator();`, at the return type
pub(crate) fn warnings(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
    // a `#[run_tree]` parameter can keep the run open (`keep_open`) for just such a value
    if is_value(ty) || is_task_handle(ty) || plan.run_tree.is_some() {
        return TokenStream::new();
    }
    let at =
        ty.to_token_stream().into_iter().last().map_or_else(Span::mixed_site, |token| located(token.span()));
    let questions = ["future", "stream", "iterator"].map(|question| {
        let question = Ident::new(question, at);
        ours!(#p::Lazy(__output).#question();)
    });
    ours!(use #p::NotLazy as _; #(#questions)*)
}
