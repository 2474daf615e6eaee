//! The callsite: all that is known at compile time, in one constant.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use super::inputs::begins;
use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours};
use crate::message;
use crate::options::{Given, RunType};

/// Output: `{ static CALLSITE: Callsite = ..; &CALLSITE }`
pub(super) fn print(plan: &Plan, p: &Runtime) -> TokenStream {
    let site = site(plan, p);
    ours!({ static CALLSITE: #p::Callsite = #site; &CALLSITE })
}

/// The constant: name, place, run type, tags, project and flags.
pub(super) fn site(plan: &Plan, p: &Runtime) -> TokenStream {
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
    let begins = begins(plan).then(|| ours!(.begins()));
    ours!(#p::Callsite::new(
        #name, #p::core::module_path!(), #p::core::file!(), #p::core::line!(), #p::START
    ) #(#run_type)* #(#tags)* #(#project)* #(#root)* #(#cancel)* #(#names_parent)* #begins)
}

/// Output: `checked_name(NAME)`, all at the constant: the compiler points to the whole call.
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
