//! Where a run ends: the value is recorded, or wrapped so that the run goes on inside of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use super::erase;
use super::hygiene::{Runtime, located, ours};
use super::lazy;
use crate::capture::asked_at;
use crate::check::Plan;
use crate::kind::{Boxing, Open, Shape};

/// An expression that takes the locals `call` and `value` and gives what the function returns.
///
/// ```text
/// R                               call.finish(value, |value, outcome| ..)
/// Option<SHAPE>                   through_option(call, value, |call, value| SHAPE)
/// Result<SHAPE, E>                through_result(call, value, |call, value| SHAPE, |error, outcome| ..)
/// impl Future<Output = SHAPE>     future(call, value, |call, value| SHAPE)
/// impl Stream, impl Iterator      stream_each(call, value, |value, item| ..)
/// Pin<Box<dyn ..>>, Box<dyn ..>   Box::pin(..), Box::new(..)
/// ```
pub(super) fn print(plan: &Plan, p: &Runtime, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Value(ty) => {
            let record = record(plan, p, ty);
            ours!(__call.finish(__value, #record))
        }
        Shape::Never => ours!(__value),
        Shape::Option(_, inner) => {
            let (ty, annotation, inner) = (given(inner), annotation(inner), print(plan, p, inner));
            ours!(#p::through_option(__call, __value, |__call, __value: #ty| #annotation { #inner }))
        }
        Shape::Result(ty, inner) => {
            let (ty_in, annotation, inner) = (given(inner), annotation(inner), print(plan, p, inner));
            let fail = fail(plan, p, result_parts(ty).1.unwrap_or(ty), true);
            ours!(#p::through_result(__call, __value, |__call, __value: #ty_in| #annotation { #inner }, |__error, __outcome| {
                use #p::{FailBoxed as _, FailDisplay as _};
                #fail
            }))
        }
        Shape::Future(whole, boxing, output) => {
            let (ty, annotation, output) = (given(output), annotation(output), print(plan, p, output));
            let value = asked_of(p, "future", whole, &ty);
            boxed(
                p,
                *boxing,
                ours!(#p::future(__call, #value, |__call, __value: #ty| #annotation { #output })),
            )
        }
        Shape::Stream(ty, boxing, item) => {
            boxed(p, *boxing, generator(plan, p, Open::Stream, ty, item.as_ref()))
        }
        Shape::Iter(ty, boxing, item) => boxed(p, *boxing, generator(plan, p, Open::Iter, ty, item.as_ref())),
    }
}

/// `-> T` for a closure whose value must be coerced to the user's boxed type.
pub(super) fn annotation(shape: &Shape) -> Option<TokenStream> {
    let ty = shape.ty().filter(|ty| shape.is_open() && !matches!(ty, Type::ImplTrait(_)))?;
    let ty = erase::erased(ty);
    Some(ours!(-> #ty))
}

/// The type of a closure's `value`: said wherever the signature says it, so that a body such as `iter::empty()`
/// learns from it as it would from the plain function's return type.
fn given(shape: &Shape) -> TokenStream {
    shape.ty().map_or_else(|| ours!(_), |ty| erase::erased(ty).to_token_stream())
}

/// The recorder of a plain function's value.
pub(super) fn recorder(plan: &Plan, p: &Runtime) -> TokenStream {
    match plan.shape.ty() {
        Some(ty) => record(plan, p, ty),
        None => ours!(|_, _| {}),
    }
}

fn boxed(p: &Runtime, boxing: Boxing, wrapper: TokenStream) -> TokenStream {
    match boxing {
        Boxing::None => wrapper,
        Boxing::Box => ours!(#p::Box::new(#wrapper)),
        Boxing::Pin => ours!(#p::Box::pin(#wrapper)),
    }
}

/// Output: `|value, outcome| match Out(value).kind().split(value) { Ok(output) => .., Err(error) => .. }`
///
/// Whether the value is a `Result` is asked of its type, not of how it is spelt: aliases count.
fn record(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
    let options = &plan.options;
    let (success, failure) = result_parts(ty);
    let lazy = lazy::asked(plan, p, success.unwrap_or(ty));
    let output = match (&options.skip_output, &options.process_outputs) {
        (Some(_), _) => ours!({ #lazy __outcome.skip_output() }),
        (None, Some(given)) => {
            let made = called(p, &given.value, "__output");
            ours!({ #lazy __outcome.output_with(|| #made) })
        }
        (None, None) => {
            let asked = asked_at(
                &Ident::new("__output", Span::mixed_site()),
                success.unwrap_or(ty).to_token_stream(),
            );
            ours!(__outcome.output(#asked))
        }
    };
    let is_unused = options.skip_output.is_some() && lazy.is_empty();
    let output_name = if is_unused { ours!(_) } else { ours!(__output) };
    let fail = fail(plan, p, failure.unwrap_or(ty), true);
    let split = split(p, &output_name, &output, &fail);
    ours!(|__value, __outcome| #split)
}

/// Output: `iter_of::<Item, _>(value)`, lying at an `impl Iterator<Item = Item>`: a body of other items is told there.
/// A boxed type needs no question, as the body is the place where it becomes one.
fn asked_of(p: &Runtime, kind: &str, whole: &Type, item: &TokenStream) -> TokenStream {
    let Type::ImplTrait(opaque) = whole else { return ours!(__value) };
    let at = located(opaque.impl_token.span);
    let (of, value) = (Ident::new(&format!("{kind}_of"), at), Ident::new("__value", at));
    ours!(#p::#of::<#item, _>(#value))
}

/// Output: `stream_each(call, value, |value, outcome| ..)`, or `_reduce`, or `_aggregate`
fn generator(plan: &Plan, p: &Runtime, open: Open, whole: &Type, item: Option<&Type>) -> TokenStream {
    let options = &plan.options;
    let kind = if open == Open::Stream { "stream" } else { "iter" };
    let item_ty = item.map_or_else(|| ours!(_), |item| erase::erased(item).to_token_stream());
    let value = item.map_or_else(|| ours!(__value), |_| asked_of(p, kind, whole, &item_ty));
    let item = item.unwrap_or(whole);
    let (success, failure) = result_parts(item);
    let fail = fail(plan, p, failure.unwrap_or(item), false);
    let folded = options.reduce.is_some() || options.aggregate.is_some();
    let (name, output) = match (&options.process_chunk, options.skip_output.is_some()) {
        _ if folded => (ours!(_), ours!({})), // only errors are looked for
        (_, true) => (ours!(_), ours!(__outcome.skip_output())),
        (Some(given), _) => {
            let made = called(p, &given.value, "__value");
            (ours!(_), ours!(__outcome.output_with(|| #made)))
        }
        (None, _) => {
            let asked = asked_at(
                &Ident::new("__output", Span::mixed_site()),
                success.unwrap_or(item).to_token_stream(),
            );
            (ours!(__output), ours!(__outcome.output(#asked)))
        }
    };
    let split = split(p, &name, &output, &fail);
    let record = ours!(|__value: &#item_ty, __outcome| #split);

    let (what, more) = match (&options.reduce, &options.aggregate) {
        (Some(reduce), _) => {
            let chunk = match &options.process_chunk {
                Some(given) => given.value.to_token_stream(),
                None => {
                    let clone = Ident::new("clone", located(reduce.key.span()));
                    ours!(|__value| #p::core::clone::Clone::#clone(__value))
                }
            };
            // a closure is looked at after `chunk`, so a wrong type is reported at the function that is given here
            let fold = called(p, &reduce.value, "__chunks");
            ("reduce", ours!(, #chunk, |__chunks| #fold))
        }
        (None, Some(aggregate)) => {
            let (init, step) = &aggregate.value;
            ("aggregate", ours!(, #init, #step))
        }
        (None, None) => ("each", TokenStream::new()),
    };
    let function = Ident::new(&format!("{kind}_{what}"), Span::mixed_site());
    ours!(#p::#function(__call, #value, #record #more))
}

fn split(p: &Runtime, name: &TokenStream, output: &TokenStream, fail: &TokenStream) -> TokenStream {
    ours!({
        use #p::{FailBoxed as _, FailDisplay as _, OutValue as _};
        match #p::Out(__value).kind().split(__value) {
            #p::core::result::Result::Ok(#name) => #output,
            #p::core::result::Result::Err(__error) => #fail,
        }
    })
}

/// What to do with the local `__error`; only a whole call, not an item, can be `handled`.
fn fail(plan: &Plan, p: &Runtime, ty: &Type, whole: bool) -> TokenStream {
    let at =
        ty.to_token_stream().into_iter().next().map_or_else(Span::mixed_site, |token| located(token.span()));
    let describe = Ident::new("describe", at);
    let error = asked_at(&Ident::new("__error", Span::mixed_site()), ty.to_token_stream());
    let describe = ours!((&#p::Fail(#error)).#describe(__outcome));
    match &plan.options.handled {
        Some(given) => {
            let predicate = &given.value;
            let handled = ours!(#p::core::option::Option::is_some_and(#p::core::option::Option::Some(__error), #predicate));
            let then = if whole { ours!(__outcome.handled()) } else { ours!(__outcome.skip_output()) };
            ours!(if #p::holds(|| #handled) { #then } else { #describe })
        }
        None => describe,
    }
}

/// A hook applied to a local reference; a type that does not fit is reported at the hook. A closure goes through `Option::map`, which tells it the type of its parameter; an
/// option is written like its content.
fn called(p: &Runtime, hook: &syn::Expr, local: &str) -> TokenStream {
    let value = asked_at(&Ident::new(local, Span::mixed_site()), hook.to_token_stream());
    match hook {
        syn::Expr::Path(_) => ours!(#hook(#value)),
        _ => ours!(#p::core::option::Option::map(#p::core::option::Option::Some(#value), #hook)),
    }
}

/// `T` and `E` of a type that is written `Result<T, E>`, as places to point errors at.
fn result_parts(ty: &Type) -> (Option<&Type>, Option<&Type>) {
    let Type::Path(path) = ty else { return (None, None) };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
        return (None, None);
    };
    let PathArguments::AngleBracketed(args) = &last.arguments else { return (None, None) };
    let mut types = args.args.iter().filter_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    (types.next(), types.next())
}
