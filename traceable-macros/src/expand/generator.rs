//! A stream or an iterator, and its items: recorded one by one, by `reduce` or by `aggregate`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::coercion::{boxed_alias, typed_value};
use super::impl_trait::erased;
use super::outcome::{ErrorOf, call_hook, fail};
use super::result_detection::{result_parts, split};
use crate::check::Plan;
use crate::hygiene::{Runtime, deref_at, ours, respan};
use crate::lint::lock;
use crate::return_type::{Boxing, Kind};

/// Output: `stream_each(call, value, |value, outcome| ..)`, or `_reduce`, or `_aggregate`
pub(super) fn generator(
    plan: &Plan,
    p: &Runtime,
    (kind, boxing): (Kind, Boxing),
    whole: &Type,
    item: Option<&Type>,
) -> TokenStream {
    let options = &plan.options;
    let prefix = if kind == Kind::Stream { "stream" } else { "iter" };
    let item_ty = item.map_or_else(|| ours!(_), |item| erased(item).to_token_stream());
    let value = match (item, &options.kind) {
        (None, Some(_)) => boxed_alias(p, boxing, whole),
        _ => typed_value(p, kind, whole, &item_ty),
    };
    let item = item.unwrap_or(whole);
    let (success, failure) = result_parts(item);
    let of = if success.is_none() && plan.shape.is_fallible() { ErrorOf::OtherItem } else { ErrorOf::Item };
    let fail = fail(plan, p, failure.unwrap_or(item), of);
    let folded = options.reduce.is_some() || options.aggregate.is_some();
    let (name, output) = match (&options.process_chunk, options.skip_output.is_some()) {
        _ if folded => (ours!(_), ours!({})), // records errors only
        (_, true) => (ours!(_), ours!(__traceable_outcome.skip_output())),
        (Some(given), _) => {
            let made = call_hook(p, &given.value, "__traceable_value");
            (ours!(_), ours!(__traceable_outcome.output_with(|| #made)))
        }
        (None, _) => {
            let (value, ty) = (Ident::new("__traceable_output", Span::mixed_site()), success.unwrap_or(item));
            let spanned = deref_at(&value, ty.to_token_stream());
            let record = ours!(__traceable_outcome.output(#spanned));
            let recorded = lock::recorded_unless_lock(p, &value, ty, record);
            (value.to_token_stream(), recorded)
        }
    };
    let split = split(p, &name, &output, &fail);
    let record = ours!(|__traceable_value: &#item_ty, __traceable_outcome| #split);

    let (what, more) = match (&options.reduce, &options.aggregate) {
        (Some(reduce), _) => {
            let chunk = match &options.process_chunk {
                Some(given) => given.value.to_token_stream(),
                None => {
                    let value = respan(reduce.key.span(), ours!(__traceable_value));
                    let clone = respan(reduce.key.span(), ours!(#p::core::clone::Clone::clone(#value)));
                    ours!(|__traceable_value| #clone)
                }
            };
            // the compiler checks a closure after `chunk`, so it reports a wrong type at the function given here
            let fold = call_hook(p, &reduce.value, "__traceable_chunks");
            ("reduce", ours!(, #chunk, |__traceable_chunks| #fold))
        }
        (None, Some(aggregate)) => {
            let (init, step) = &aggregate.value;
            ("aggregate", ours!(, #init, #step))
        }
        (None, None) => ("each", TokenStream::new()),
    };
    let function = Ident::new(&format!("{prefix}_{what}"), Span::mixed_site());
    ours!(#p::#function(__traceable_call, #value, #record #more))
}
