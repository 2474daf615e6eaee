//! Records a result or an error: `skip_output`, `process_outputs`, `process_error`, `handled`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::advice;
use super::result_detection::{result_parts, split};
use crate::check::Plan;
use crate::hygiene::{Runtime, deref_at, first_span, located, ours, respan};
use crate::lint::{lazy_output, lock};
use crate::return_type::is_value;

/// Records the value of a plain function.
pub(super) fn recorder(plan: &Plan, p: &Runtime) -> TokenStream {
    match plan.shape.ty() {
        Some(ty) => record(plan, p, ty),
        None => ours!(|_, _| {}),
    }
}

/// Output: `|value, outcome| match Out::of(value)[Asked].split(value) { Ok(output) => .., Err(error) => .. }`
///
/// Aliases of `Result` count: see `result_detection`.
pub(super) fn record(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
    let options = &plan.options;
    let (success, failure) = result_parts(ty);
    let lazy = lazy_output::warnings(plan, p, success.unwrap_or(ty));
    let output = match (&options.skip_output, &options.process_outputs) {
        (Some(_), _) => ours!({ #lazy __traceable_outcome.skip_output() }),
        (None, Some(given)) => {
            let made = call_hook(p, &given.value, "__traceable_output");
            ours!({ #lazy __traceable_outcome.output_with(|| #made) })
        }
        (None, None) => {
            let ty = success.unwrap_or(ty);
            let value = Ident::new("__traceable_output", Span::mixed_site());
            lock::recorded_unless_lock(p, &value, ty, recorded_output(p, ty))
        }
    };
    let is_unused = options.skip_output.is_some() && lazy.is_empty();
    let output_name = if is_unused { ours!(_) } else { ours!(__traceable_output) };
    let fail = fail(plan, p, failure.unwrap_or(ty), ErrorOf::Call);
    let split = split(p, &output_name, &output, &fail);
    ours!(|__traceable_value, __traceable_outcome| #split)
}

/// Output: `outcome.output(&*output)`, at the type; with advice for a type that may be no value
fn recorded_output(p: &Runtime, ty: &Type) -> TokenStream {
    let spanned = deref_at(&Ident::new("__traceable_output", Span::mixed_site()), ty.to_token_stream());
    let recorded = match advice::output(ty) {
        Some(advice) => ours!(#p::#advice::record(#spanned, __traceable_outcome)),
        None if is_value(ty) => ours!(__traceable_outcome.output(#spanned)),
        None => {
            ours!(#p::AsksOutput::of(__traceable_output)[#p::Asked].record(#spanned, __traceable_outcome))
        }
    };
    let asked = lazy_output::errors(p, ty);
    if asked.is_empty() { recorded } else { ours!({ #asked #recorded }) }
}

/// Whose error it is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ErrorOf {
    Call,
    Item,
    /// of a generator inside a `Result`, whose items are not written as `Result`s
    OtherItem,
}

/// Records the local `__traceable_error`. Only the error of a call, not of an item, can be `handled`.
pub(super) fn fail(plan: &Plan, p: &Runtime, ty: &Type, of: ErrorOf) -> TokenStream {
    let at = located(first_span(&ty.to_token_stream()));
    let describe = Ident::new("describe", at);
    let error = deref_at(&Ident::new("__traceable_error", Span::mixed_site()), ty.to_token_stream());
    let described = ours!(#p::Fail::of(#error)[#p::Asked].#describe(#error, __traceable_outcome));
    // hooks take one type of error: that of the call
    if of == ErrorOf::OtherItem {
        return described;
    }
    let described = match &plan.options.process_error {
        Some(given) => {
            let made = call_hook(p, &given.value, "__traceable_error");
            ours!(#p::describe_with(__traceable_outcome, || #made))
        }
        None => described,
    };
    match &plan.options.handled {
        Some(given) => {
            let handled = call_hook(p, &given.value, "__traceable_error");
            let then = match of {
                ErrorOf::Call => ours!(__traceable_outcome.handled()),
                _ => ours!(__traceable_outcome.skip_output()),
            };
            ours!(if #p::holds(|| #handled) { #then } else { #described })
        }
        None => described,
    }
}

/// Calls a hook with a local by reference. The compiler reports a type that does not fit at the hook. A closure goes
/// through a function, which gives its parameter a type.
pub(super) fn call_hook(p: &Runtime, hook: &syn::Expr, local: &str) -> TokenStream {
    let value = deref_at(&Ident::new(local, Span::mixed_site()), hook.to_token_stream());
    match hook {
        syn::Expr::Path(_) => ours!(#hook(#value)),
        _ => respan(first_span(&hook.to_token_stream()), ours!(#p::hook(#value, #hook))),
    }
}
