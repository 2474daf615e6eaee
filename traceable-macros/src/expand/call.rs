//! The head of a traced function: its site, and the call with the options that are expressions.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use super::hygiene::{Runtime, located, ours, reference_to};
use crate::check::Plan;
use crate::message;
use crate::options::{Given, RunType};

/// Output: `let mut call = { static CALLSITE: Callsite = ..; Call::now(&CALLSITE) }; if call.on() { call.parent(&(expr)); }`
pub(super) fn print(plan: &Plan, p: &Runtime, how: &str) -> TokenStream {
    let site = site(plan, p);
    let how = Ident::new(how, Span::mixed_site());
    // the static has a block of its own: items, unlike locals, can be reached by name
    let call = ours!({ static CALLSITE: #p::Callsite = #site; #p::Call::#how(&CALLSITE) });
    let settings = settings(plan, p);
    if settings.is_empty() {
        return ours!(let __call = #call;);
    }
    let borrowed = plan.arguments.iter().map(|argument| {
        argument.borrowed(|binding| {
            plan.options
                .call_expressions()
                .any(|expr| crate::capture::mentions(quote!(#expr), &binding.ident))
        })
    });
    ours!(let mut __call = #call; if __call.on() { #(#borrowed)* #settings })
}

/// Whether a call has to be made before its body runs, to be given options.
pub(super) fn has_settings(plan: &Plan) -> bool {
    let options = &plan.options;
    options.enabled.is_some() || options.parent.is_some() || options.metadata.is_some()
}

/// Output: `{ static CALLSITE: Callsite = ..; &CALLSITE }`
pub(super) fn print_site(plan: &Plan, p: &Runtime) -> TokenStream {
    let site = site(plan, p);
    ours!({ static CALLSITE: #p::Callsite = #site; &CALLSITE })
}

/// `enabled` comes first: when it says no, the runtime ignores the rest.
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
        let asked = crate::capture::asked_at(&value, at);
        let parent = if options.child_only.is_some() { ours!(#p::parent_run(#asked)) } else { asked };
        ours!({ let #value = &(#expr); __call.parent(#parent); })
    });
    let metadata = options.metadata.iter().flat_map(|given| &given.value).map(|field| {
        let (key, value) = (&field.key, reference_to(&field.value));
        ours!(__call.metadata(#key, |__value| __value.put(#value));)
    });
    ours!(#(#enabled)* #(#parent)* #(#metadata)*)
}

/// Output: `checked_name(NAME)`, all of which lies at the constant: the compiler points to the whole call.
fn checked(p: &Runtime, constant: &Expr) -> TokenStream {
    let first = constant.to_token_stream().into_iter().next();
    let at = located(first.map_or_else(Span::mixed_site, |token| token.span()));
    let call = ours!(#p::checked_name).into_iter().map(|mut token| {
        token.set_span(at);
        token
    });
    let mut argument = Group::new(Delimiter::Parenthesis, constant.to_token_stream());
    argument.set_span(at);
    quote!(#(#call)* #argument)
}

/// Everything that is known at compile time, in one constant.
fn site(plan: &Plan, p: &Runtime) -> TokenStream {
    let options = &plan.options;
    let ident = &plan.function.signature.ident;
    let name = match &options.name {
        Some(Given { value: Expr::Lit(literal), .. }) => literal.to_token_stream(),
        Some(Given { value: constant, .. }) => checked(p, constant),
        None => syn::LitStr::new(&message::plain(ident), located(ident.span())).to_token_stream(),
    };
    let run_type = options.run_type.iter().map(|given| match &given.value {
        RunType::Known(variant) => ours!(.run_type(#p::RunType::#variant)),
        RunType::Custom(text) => ours!(.custom_run_type(#text)),
    });
    let tags = options.tags.iter().map(|given| {
        let tags = &given.value;
        ours!(.tags(&[#(#tags),*]))
    });
    let project = options.project.iter().map(|given| {
        let project = &given.value;
        ours!(.project(#project))
    });
    let root = options.root.iter().map(|given| {
        let root = Ident::new("root", located(given.key.span()));
        ours!(.#root())
    });
    let cancel = options.on_cancel.iter().filter(|given| given.value.value() == "ok").map(|given| {
        let cancel_ok = Ident::new("cancel_ok", located(given.value.span()));
        ours!(.#cancel_ok())
    });
    let names_parent = options.parent.iter().map(|_| ours!(.names_parent()));
    let begins = super::body::begins(plan).then(|| ours!(.begins()));
    ours!(#p::Callsite::new(
        #name, #p::core::module_path!(), #p::core::file!(), #p::core::line!(), #p::START
    ) #(#run_type)* #(#tags)* #(#project)* #(#root)* #(#cancel)* #(#names_parent)* #begins)
}
