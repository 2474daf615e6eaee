//! The call, with the options that are expressions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::callsite::site;
use crate::check::{Plan, mentions};
use crate::hygiene::{Runtime, deref_at, ours, reference_to};

/// Output: `let mut call = { static CALLSITE: Callsite = ..; Call::now(&CALLSITE) }; if call.on() { call.parent(&(expr)); }`
pub(super) fn print(plan: &Plan, p: &Runtime, how: &str) -> TokenStream {
    let site = site(plan, p);
    let how = Ident::new(how, Span::mixed_site());
    // the static has a block of its own: the body could reach an item by name
    let call = ours!({ static CALLSITE: #p::Callsite = #site; #p::Call::#how(&CALLSITE) });
    let settings = settings(plan, p);
    if settings.is_empty() {
        return ours!(let __call = #call;);
    }
    let borrowed = plan.arguments.iter().map(|argument| {
        argument.borrowed(|binding| {
            plan.options.call_expressions().any(|expr| mentions(quote!(#expr), &binding.ident))
        })
    });
    ours!(let mut __call = #call; if __call.on() { #(#borrowed)* #settings })
}

/// Whether options are set on the call before its body runs.
pub(super) fn has_settings(plan: &Plan) -> bool {
    let options = &plan.options;
    options.enabled.is_some() || options.parent.is_some() || options.metadata.is_some()
}

/// `enabled` comes first: if it is false, the runtime ignores the rest.
fn settings(plan: &Plan, p: &Runtime) -> TokenStream {
    let options = &plan.options;
    let enabled = options.enabled.iter().map(|given| {
        let expr = &given.value;
        ours!(__call.enabled(#expr);)
    });
    let parent = options.parent.iter().map(|given| {
        let value = Ident::new("__value", Span::mixed_site());
        let expr = &given.value;
        // a parameter of a wrong type is reported at its type
        let at = plan.parent_type.as_ref().map_or_else(|| expr.to_token_stream(), ToTokens::to_token_stream);
        let spanned = deref_at(&value, at);
        let parent = if options.child_only.is_some() { ours!(#p::parent_run(#spanned)) } else { spanned };
        ours!({ let #value = &(#expr); __call.parent(#parent); })
    });
    let metadata = options.metadata.iter().flat_map(|given| &given.value).map(|field| {
        let (key, value) = (&field.key, reference_to(&field.value));
        ours!(__call.metadata(#key, |__value| __value.put(#value));)
    });
    ours!(#(#enabled)* #(#parent)* #(#metadata)*)
}
