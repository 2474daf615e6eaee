//! The function as written: beside errors, so that one mistake is one message, in editors, and in documentation.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::FnArg;

use crate::signature::{Function, is_kept};

/// Input: a function with a mistake in its attribute
///
/// Output: the function, without the parameter attributes that only we understand and without its `#[run_tree]`
/// parameter, which callers do not pass. The body needs that name, so a `let` that never runs binds it. `for_editor`
/// comes first in the body.
pub(crate) fn print(function: &Function, for_editor: Option<&TokenStream>) -> TokenStream {
    let Function { attributes, visibility, signature, inner_attributes, braces, body, .. } = function;
    let mut signature = signature.clone();
    let mut filled_in = TokenStream::new();
    let inputs = std::mem::take(&mut signature.inputs);
    for mut input in inputs {
        let attributes = match &mut input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        let run_tree = attributes.iter().any(|attribute| attribute.path().is_ident("run_tree"));
        attributes.retain(is_kept);
        match input {
            FnArg::Typed(typed) if run_tree => {
                let (pattern, ty) = (&typed.pat, &typed.ty);
                filled_in.extend(
                    quote!(let #pattern: #ty = ::core::option::Option::unwrap(::core::option::Option::None);),
                );
            }
            input => signature.inputs.push(input),
        }
    }
    let mut tokens = quote!(#(#attributes)* #visibility #signature);
    braces.surround(&mut tokens, |block| {
        inner_attributes.iter().for_each(|attribute| attribute.to_tokens(block));
        for_editor.to_tokens(block);
        filled_in.to_tokens(block);
        body.to_tokens(block);
    });
    tokens
}
