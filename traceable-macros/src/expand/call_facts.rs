//! Options whose value depends on the types of the function: `name = Self::NAME`.
//!
//! A callsite is a static. It cannot name what is around it, `Self` or a type parameter, and it is one for all types of
//! a generic function. So these options are constants of the call.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, Signature};

use crate::check::Plan;
use crate::hygiene::{Runtime, first_span, ours, respan};
use crate::message;
use crate::options::RunType;

/// Output: `.name(const { checked_name(Self::NAME) })`, one for each such option
pub(super) fn facts(plan: &Plan, p: &Runtime) -> Vec<TokenStream> {
    let (options, signature) = (&plan.options, &plan.function.signature);
    let mut facts = Vec::new();
    if let Some(given) = options.name.as_ref().filter(|given| is_of_types(&given.value, signature)) {
        let name = checked(p, &given.value);
        facts.push(ours!(.name(const { #name })));
    }
    if let Some(RunType::Custom(text)) = options.run_type.as_ref().map(|given| &given.value)
        && is_of_types(text, signature)
    {
        facts.push(ours!(.custom_run_type(const { #text })));
    }
    if let Some(given) = options.tags.as_ref().filter(|given| any_is_of_types(&given.value, signature)) {
        let tags = &given.value;
        facts.push(ours!(.tags(const { &[#(#tags),*] })));
    }
    if let Some(given) = options.project.as_ref().filter(|given| is_of_types(&given.value, signature)) {
        let project = &given.value;
        facts.push(ours!(.project(const { #project })));
    }
    facts
}

pub(super) fn any_is_of_types(exprs: &[Expr], signature: &Signature) -> bool {
    exprs.iter().any(|expr| is_of_types(expr, signature))
}

/// Whether an expression may depend on the types around it. Literals do not, nor do plain constants (`NAME`,
/// `names::FIRST`). What may is right as a constant of the call in any case.
pub(super) fn is_of_types(expr: &Expr, signature: &Signature) -> bool {
    match expr {
        Expr::Lit(_) => false,
        Expr::Group(group) => is_of_types(&group.expr, signature),
        Expr::Path(path) if path.qself.is_none() => {
            let segments = &path.path.segments;
            let of_a_type = segments.iter().rev().skip(1).any(|segment| {
                !segment.arguments.is_none() || message::plain(&segment.ident).starts_with(char::is_uppercase)
            });
            let first = segments.first().filter(|_| path.path.leading_colon.is_none());
            let of_a_parameter = first.is_some_and(|first| {
                let type_params = signature.generics.type_params().map(|param| &param.ident);
                let mut params =
                    type_params.chain(signature.generics.const_params().map(|param| &param.ident));
                params.any(|param| *param == first.ident)
            });
            of_a_type || of_a_parameter
        }
        // these take no types
        Expr::Macro(call) => !call.mac.path.segments.last().is_some_and(|last| is_of_literals(&last.ident)),
        _ => true,
    }
}

fn is_of_literals(name: &syn::Ident) -> bool {
    ["concat", "env", "module_path", "stringify"].iter().any(|known| name == known)
}

/// Output: `checked_name(NAME)`, all at the constant: the compiler points to the whole call.
pub(super) fn checked(p: &Runtime, constant: &Expr) -> TokenStream {
    let at = first_span(&constant.to_token_stream());
    respan(at, ours!(#p::checked_name(#constant)))
}
