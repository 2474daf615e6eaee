//! The callsite: all that is known at compile time, in one constant.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use super::call_facts::{any_is_of_types, checked, is_of_types};
use super::inputs::begins;
use crate::check::Plan;
use crate::hygiene::{Runtime, located, ours};
use crate::message;
use crate::options::{Given, RunType};

/// Output: `{ static CALLSITE: Callsite = ..; &CALLSITE }`. The static has a block of its own: the body could reach an item by
/// name.
pub(super) fn print(plan: &Plan, p: &Runtime) -> TokenStream {
    let site = site(plan, p);
    ours!({ static __TRACEABLE_CALLSITE: #p::Callsite = #site; &__TRACEABLE_CALLSITE })
}

/// The constant: name, place, run type, tags, project and flags.
fn site(plan: &Plan, p: &Runtime) -> TokenStream {
    let options = &plan.options;
    let signature = &plan.function.signature;
    let ident = &signature.ident;
    let function_name = syn::LitStr::new(&message::plain(ident), located(ident.span())).to_token_stream();
    let name = match &options.name {
        Some(Given { value: Expr::Lit(literal), .. }) => literal.to_token_stream(),
        Some(Given { value, .. }) if is_of_types(value, signature) => function_name,
        Some(Given { value: constant, .. }) => checked(p, constant),
        None => function_name,
    };
    let run_type = options.run_type.iter().filter_map(|given| match &given.value {
        RunType::Known(variant) => Some(ours!(.run_type(#p::RunType::#variant))),
        RunType::Custom(text) if is_of_types(text, signature) => None,
        RunType::Custom(text) => Some(ours!(.custom_run_type(#text))),
    });
    let tags = options.tags.iter().filter(|given| !any_is_of_types(&given.value, signature)).map(|given| {
        let tags = &given.value;
        ours!(.tags(&[#(#tags),*]))
    });
    let project = options.project.iter().filter(|given| !is_of_types(&given.value, signature)).map(|given| {
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
