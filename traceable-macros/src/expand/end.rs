//! Where a run ends: the value is recorded, or wrapped so that the run goes on inside of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use super::erase;
use super::hygiene::{Runtime, first_span, located, lying, ours};
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
/// Pin<Box<dyn Future<Output = R>>>  Box::pin(recorded::<R, _, _>(call, value, |value, outcome| ..))
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
            let fail = fail(plan, p, result_parts(ty).1.unwrap_or(ty), Of::Call);
            ours!(#p::through_result(__call, __value, |__call, __value: #ty_in| #annotation { #inner }, |__error, __outcome| {
                use #p::{FailBoxed as _, FailDisplay as _};
                #fail
            }))
        }
        Shape::Future(whole, boxing, output) => {
            let ty = given(output);
            let value = asked_of(p, "future", whole, &ty);
            let value = match (&plan.options.kind, boxing) {
                (None, _) | (_, Boxing::None) => value,
                _ => hidden(p, *boxing, whole),
            };
            let wrapper = match &**output {
                // what is not boxed would be told of a wrong type once more
                Shape::Value(output) if *boxing != Boxing::None => {
                    let record = record(plan, p, output);
                    ours!(#p::recorded::<#ty, _, _>(__call, #value, #record))
                }
                output => {
                    let (annotation, output) = (annotation(output), print(plan, p, output));
                    ours!(#p::future(__call, #value, |__call, __value: #ty| #annotation { #output }))
                }
            };
            boxed(plan, p, whole, *boxing, wrapper)
        }
        Shape::Stream(ty, boxing, item) => {
            boxed(plan, p, ty, *boxing, generator(plan, p, (Open::Stream, *boxing), ty, item.as_ref()))
        }
        Shape::Iter(ty, boxing, item) => {
            boxed(plan, p, ty, *boxing, generator(plan, p, (Open::Iter, *boxing), ty, item.as_ref()))
        }
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

fn boxed(plan: &Plan, p: &Runtime, ty: &Type, boxing: Boxing, wrapper: TokenStream) -> TokenStream {
    // whoever says what an alias hides may be wrong, and is told at the alias
    let at_alias = |code| match &plan.options.kind {
        Some(_) => lying(first_span(&ty.to_token_stream()), code),
        None => code,
    };
    let wrapper = at_alias(wrapper);
    match boxing {
        Boxing::None => wrapper,
        Boxing::Box => at_alias(ours!(#p::Box::new(#wrapper))),
        Boxing::Pin => at_alias(ours!(#p::Box::pin(#wrapper))),
    }
}

/// Output: `boxed(value)`, lying at an alias that is said to hide a box
fn hidden(p: &Runtime, boxing: Boxing, alias: &Type) -> TokenStream {
    match boxing {
        Boxing::None => ours!(__value),
        _ => {
            let at = first_span(&alias.to_token_stream());
            let value = lying(at, ours!(__value));
            lying(at, ours!(#p::boxed(#value)))
        }
    }
}

/// Output: `|value, outcome| match Out(value).kind().split(value) { Ok(output) => .., Err(error) => .. }`
///
/// Whether the value is a `Result` is asked of its type, not of how it is spelt: aliases count.
pub(super) fn record(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
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
    let fail = fail(plan, p, failure.unwrap_or(ty), Of::Call);
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
fn generator(
    plan: &Plan,
    p: &Runtime,
    (open, boxing): (Open, Boxing),
    whole: &Type,
    item: Option<&Type>,
) -> TokenStream {
    let options = &plan.options;
    let kind = if open == Open::Stream { "stream" } else { "iter" };
    let item_ty = item.map_or_else(|| ours!(_), |item| erase::erased(item).to_token_stream());
    let value = match (item, &options.kind) {
        (Some(_), _) => asked_of(p, kind, whole, &item_ty),
        (None, Some(_)) => hidden(p, boxing, whole),
        (None, None) => ours!(__value),
    };
    let item = item.unwrap_or(whole);
    let (success, failure) = result_parts(item);
    let of = if success.is_none() && plan.shape.is_fallible() { Of::OtherItem } else { Of::Item };
    let fail = fail(plan, p, failure.unwrap_or(item), of);
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
                    let value = lying(reduce.key.span(), ours!(__value));
                    let clone = lying(reduce.key.span(), ours!(#p::core::clone::Clone::clone(#value)));
                    ours!(|__value| #clone)
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

/// Whose error it is.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Call,
    Item,
    /// of a generator in a `Result` whose items are none themselves, as far as is written
    OtherItem,
}

/// What to do with the local `__error`; only a whole call, not an item, can be `handled`.
fn fail(plan: &Plan, p: &Runtime, ty: &Type, of: Of) -> TokenStream {
    let at = located(first_span(&ty.to_token_stream()));
    let describe = Ident::new("describe", at);
    let error = asked_at(&Ident::new("__error", Span::mixed_site()), ty.to_token_stream());
    let described = ours!((&#p::Fail(#error)).#describe(__outcome));
    // hooks are for one type of error, which is that of the call
    if of == Of::OtherItem {
        return described;
    }
    let described = match &plan.options.process_error {
        Some(given) => {
            let made = called(p, &given.value, "__error");
            ours!(#p::describe_with(__outcome, || #made))
        }
        None => described,
    };
    match &plan.options.handled {
        Some(given) => {
            let handled = called(p, &given.value, "__error");
            let then =
                if of == Of::Call { ours!(__outcome.handled()) } else { ours!(__outcome.skip_output()) };
            ours!(if #p::holds(|| #handled) { #then } else { #described })
        }
        None => described,
    }
}

/// A hook applied to a local reference; a type that does not fit is reported at the hook. A closure goes through a
/// function, which tells it the type of its parameter.
fn called(p: &Runtime, hook: &syn::Expr, local: &str) -> TokenStream {
    let value = asked_at(&Ident::new(local, Span::mixed_site()), hook.to_token_stream());
    match hook {
        syn::Expr::Path(_) => ours!(#hook(#value)),
        _ => lying(first_span(&hook.to_token_stream()), ours!(#p::hook(#value, #hook))),
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
