//! The call, with the options that are expressions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::call_facts::facts;
use super::callsite;
use crate::check::{Plan, mentions};
use crate::hygiene::{Runtime, deref_at, ours, reference_to};
use crate::lint::lock;
use crate::options::Field;

/// Output: `let mut call = Call::now({ static CALLSITE: Callsite = ..; &CALLSITE }); if Call::on(&call) { Call::parent(&mut call, &(expr)); }`
pub(super) fn print(plan: &Plan, p: &Runtime, how: &str) -> TokenStream {
    let how = Ident::new(how, Span::mixed_site());
    let callsite = callsite::print(plan, p);
    let call = match facts(plan, p).as_slice() {
        [] => ours!(#p::Call::#how(#callsite)),
        facts => ours!(#p::Call::described(#callsite, #p::CallFacts::new()#(#facts)*)),
    };
    let settings = settings(plan, p);
    if settings.is_empty() {
        return ours!(let __traceable_call = #call;);
    }
    let borrowed = plan.arguments.iter().map(|argument| {
        argument.borrowed(|binding| {
            plan.options.call_expressions().any(|expr| mentions(quote!(#expr), &binding.ident))
        })
    });
    ours!(let mut __traceable_call = #call; if #p::Call::on(&__traceable_call) { #(#borrowed)* #settings })
}

/// Whether the call is given options before its body runs.
pub(super) fn is_given_options(plan: &Plan, p: &Runtime) -> bool {
    let options = &plan.options;
    !facts(plan, p).is_empty()
        || options.enabled.is_some()
        || options.parent.is_some()
        || options.metadata.is_some()
        || options.model.is_some()
}

/// `enabled` comes first: if it is false, the runtime ignores the rest.
fn settings(plan: &Plan, p: &Runtime) -> TokenStream {
    let options = &plan.options;
    let enabled = options.enabled.iter().map(|given| {
        let expr = &given.value;
        ours!(#p::Call::enabled(&mut __traceable_call, #expr);)
    });
    let parent = options.parent.iter().map(|given| {
        let value = Ident::new("__traceable_value", Span::mixed_site());
        let expr = &given.value;
        // a parameter of a wrong type is reported at its type
        let at = plan.parent_type.as_ref().map_or_else(|| expr.to_token_stream(), ToTokens::to_token_stream);
        let spanned = deref_at(&value, at);
        let parent = if options.child_only.is_some() { ours!(#p::parent_run(#spanned)) } else { spanned };
        ours!({ let #value = &(#expr); #p::Call::parent(&mut __traceable_call, #parent); })
    });
    let metadata = options.metadata.iter().flat_map(|given| &given.value);
    let metadata = metadata.map(|field| entry(p, field, "metadata"));
    let model = options.model.iter().flat_map(|given| &given.value).map(|field| entry(p, field, "model"));
    ours!(#(#enabled)* #(#parent)* #(#metadata)* #(#model)*)
}

/// Output: `Call::metadata(&mut call, "key", |value| ..);`, or `Call::model(..);`
fn entry(p: &Runtime, field: &Field, function: &str) -> TokenStream {
    let (key, expr, function) = (&field.key, &field.value, Ident::new(function, Span::mixed_site()));
    let put = match expr {
        syn::Expr::Lit(_) => metadata(p, &reference_to(expr)),
        _ => lock::expression_unless_lock(p, expr, |value| metadata(p, &value)),
    };
    ours!(#p::Call::#function(&mut __traceable_call, #key, |__traceable_value| #put);)
}

fn metadata(p: &Runtime, value: &TokenStream) -> TokenStream {
    ours!(#p::Metadata::put(__traceable_value, #value))
}
