//! A stream or an iterator, and its items: recorded one by one, by `reduce` or by `aggregate`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::coercion::{boxed_alias, typed_value};
use super::impl_trait::erased;
use super::outcome::{ErrorOf, call_hook, fail};
use super::result_detection::{result_parts, split};
use crate::check::Plan;
use crate::hygiene::{Runtime, deref_at, first_span, ours, respan};
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
            let made = call_hook(p, &given.value, "__traceable_item");
            (ours!(__traceable_item), ours!(__traceable_outcome.output_with(|| #made)))
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
                Some(given) => call_hook(p, &given.value, "__traceable_item"),
                None => {
                    let item = respan(reduce.key.span(), ours!(__traceable_item));
                    respan(reduce.key.span(), ours!(#p::core::clone::Clone::clone(#item)))
                }
            };
            let chunk = of_item(p, &chunk);
            // the compiler checks a closure after `chunk`, so it reports a wrong type at the function given here
            let fold = call_hook(p, &reduce.value, "__traceable_chunks");
            ("reduce", ours!(, |__traceable_value: &#item_ty| #chunk, |__traceable_chunks| #fold))
        }
        (None, Some(aggregate)) => {
            let (init, step) = &aggregate.value;
            let stepped = of_item(p, &call_step(p, step));
            ("aggregate", ours!(, #init, |__traceable_folded, __traceable_value: &#item_ty| #stepped))
        }
        (None, None) => ("each", TokenStream::new()),
    };
    let function = Ident::new(&format!("{prefix}_{what}"), Span::mixed_site());
    ours!(#p::#function(__traceable_call, #value, #record #more))
}

/// Calls the step of `aggregate`, as `call_hook` calls a hook.
fn call_step(p: &Runtime, step: &syn::Expr) -> TokenStream {
    let item = deref_at(&Ident::new("__traceable_item", Span::mixed_site()), step.to_token_stream());
    match step {
        syn::Expr::Path(_) => ours!({
            #step(__traceable_folded, #item);
        }),
        _ => respan(first_span(&step.to_token_stream()), ours!(#p::step(__traceable_folded, #item, #step))),
    }
}

/// Output: `match Out::of(value)[Asked].split(value) { Ok(item) => Some(made), Err(_) => None }`
///
/// Hooks see the items that are no errors, so that they need no `Clone` of an error and look for none.
fn of_item(p: &Runtime, made: &TokenStream) -> TokenStream {
    ours!(match #p::Out::of(__traceable_value)[#p::Asked].split(__traceable_value) {
        #p::core::result::Result::Ok(__traceable_item) => #p::core::option::Option::Some(#made),
        #p::core::result::Result::Err(_) => #p::core::option::Option::None,
    })
}
