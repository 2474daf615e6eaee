//! Where a run ends: records the value, or wraps it so that the run goes on inside.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::coercion::{annotation, boxed_alias, typed_value, value_type};
use super::generator::generator;
use super::impl_trait::erased;
use super::outcome::{ErrorOf, fail, record};
use super::result_detection::result_parts;
use crate::check::Plan;
use crate::hygiene::{Runtime, first_span, located, ours, respan};
use crate::return_type::{Boxing, Kind, Shape};

/// An expression from the locals `call` and `value` to what the function returns.
///
/// ```text
/// R                               call.finish(value, |value, outcome| ..)
/// Option<SHAPE>                   through_option(call, value, |call, value| SHAPE)
/// Result<SHAPE, E>                through_result(call, value, |call, value| SHAPE, |error, outcome| ..)
/// impl Future<Output = SHAPE>     future(call, value, |call, value| SHAPE)
/// Pin<Box<dyn Future<Output = R>>>  Box::pin(recorded::<R, _, _>(call, value, |value, outcome| ..))
/// impl Stream, impl Iterator      stream_each(call, value, |value, item| ..)
/// Pin<Box<dyn ..>>, Box<dyn ..>   Box::pin(..), Box::new(..)
/// ```
pub(super) fn print(plan: &Plan, p: &Runtime, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Value(ty) => {
            let record = record(plan, p, ty);
            ours!(__traceable_call.finish(__traceable_value, #record))
        }
        Shape::Never => ours!(__traceable_value),
        Shape::Option(_, inner) => {
            let (ty, annotation, inner) = (value_type(inner), annotation(inner), print(plan, p, inner));
            ours!(#p::through_option(__traceable_call, __traceable_value, |__traceable_call, __traceable_value: #ty| #annotation { #inner }))
        }
        Shape::Result(ty, inner) => {
            let (ty_in, annotation, inner) = (value_type(inner), annotation(inner), print(plan, p, inner));
            let fail = fail(plan, p, result_parts(ty).1.unwrap_or(ty), ErrorOf::Call);
            ours!(#p::through_result(__traceable_call, __traceable_value, |__traceable_call, __traceable_value: #ty_in| #annotation { #inner }, |__traceable_error, __traceable_outcome| #fail))
        }
        Shape::Future(whole, boxing, output) => {
            let ty = value_type(output);
            let value = typed_value(p, Kind::Future, whole, &ty);
            let value = match (&plan.options.kind, boxing) {
                (None, _) | (_, Boxing::None) => value,
                _ => boxed_alias(p, *boxing, whole),
            };
            let wrapper = match &**output {
                // an unboxed value would report a wrong type twice
                Shape::Value(output) if *boxing != Boxing::None => {
                    let record = record(plan, p, output);
                    ours!(#p::recorded::<#ty, _, _>(__traceable_call, #value, #record))
                }
                output => {
                    let (annotation, output) = (annotation(output), print(plan, p, output));
                    ours!(#p::future(__traceable_call, #value, |__traceable_call, __traceable_value: #ty| #annotation { #output }))
                }
            };
            boxed(plan, p, whole, *boxing, wrapper)
        }
        Shape::Stream(ty, boxing, item) => {
            boxed(plan, p, ty, *boxing, generator(plan, p, (Kind::Stream, *boxing), ty, item.as_ref()))
        }
        Shape::Iter(ty, boxing, item) => {
            boxed(plan, p, ty, *boxing, generator(plan, p, (Kind::Iter, *boxing), ty, item.as_ref()))
        }
    }
}

/// The alias with the spans of our code around it: two errors at one span are one. `$crate` stays what it is.
fn as_ours(at: Span, alias: TokenStream) -> TokenStream {
    let moved = alias.into_iter().map(|mut token| {
        if token.to_string() != "$crate" {
            token.set_span(located(at));
        }
        token
    });
    moved.collect()
}

fn boxed(plan: &Plan, p: &Runtime, ty: &Type, boxing: Boxing, wrapper: TokenStream) -> TokenStream {
    match (boxing, &plan.options.kind) {
        (Boxing::None, _) => wrapper,
        // `stream` on the wrong alias is reported at the alias
        (_, Some(_)) => {
            let at = first_span(&ty.to_token_stream());
            let (wrapper, alias) = (respan(at, wrapper), as_ours(at, erased(ty).to_token_stream()));
            respan(at, ours!(#p::hold::<#alias, _>(#wrapper)))
        }
        (Boxing::Box, None) => ours!(#p::Box::new(#wrapper)),
        (Boxing::Pin, None) => ours!(#p::Box::pin(#wrapper)),
    }
}
