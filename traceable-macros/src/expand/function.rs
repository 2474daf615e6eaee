//! The whole function: attributes, signature and braces.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ReturnType;
use syn::spanned::Spanned;

use super::borrowed_arguments::Borrowed;
use super::impl_trait::recaptured;
use super::{forms, repeated_names};
use crate::check::Plan;
use crate::hygiene::{Runtime, impl_token, ours};
use crate::lint::lost_context;

/// Prints the function.
pub(crate) fn print(plan: &Plan) -> TokenStream {
    let p = &Runtime(match &plan.options.krate {
        Some(given) => {
            let path = &given.value;
            ours!(#path::__private)
        }
        None => ours!(::traceable::__private),
    });
    let statements = forms::print(plan, p);
    let repeated = repeated_names::check(plan);
    let attributes =
        plan.function.attributes.iter().filter(|attribute| !is_redundant_must_use(plan, attribute));
    let visibility = &plan.function.visibility;
    let signature = signature(plan, p);
    let inner = &plan.function.inner_attributes;
    let lost = match plan.options.allow_lost_context {
        None => lost_context::warnings(&plan.function.body, p),
        Some(_) => TokenStream::new(),
    };
    // The function ends with the user's brace. With one of ours the whole item would count as made by a macro: lints on
    // items (`dead_code`, `missing_docs`, clippy's on signatures) would fall silent or underline the attribute.
    let mut body = Group::new(Delimiter::Brace, quote!(#(#inner)* #lost #repeated #statements));
    body.set_span(plan.function.braces.span.join());
    quote!(#(#attributes)* #visibility #signature #body)
}

/// Whether it is `#[must_use]` on what now returns a future: futures are so already, and clippy complains of both.
fn is_redundant_must_use(plan: &Plan, attribute: &syn::Attribute) -> bool {
    let is_desugared = plan.function.signature.asyncness.is_some() && !plan.stays_async();
    is_desugared && matches!(&attribute.meta, syn::Meta::Path(path) if path.is_ident("must_use"))
}

/// Input: `async fn f(&self, (a, b): (A, B), #[run_tree] rt: RunTree) -> R`
///
/// Output: `fn f(&self, __traceable_arg1: (A, B)) -> impl Future<Output = R>`
///
/// The token `impl` is ours, so it has the capture rules of this crate's edition (2024) in crates of any edition.
fn signature(plan: &Plan, p: &Runtime) -> TokenStream {
    let written = &plan.function.signature;
    let keep_async = plan.stays_async();
    let asyncness = written.asyncness.filter(|_| keep_async);
    let desugars = written.asyncness.is_some() && !keep_async;
    let borrowed = if desugars { Borrowed::of(plan) } else { Borrowed::default() };
    let output = match (&written.output, desugars) {
        (output, false) => output.to_token_stream(),
        (ReturnType::Default, true) => {
            let at = written.paren_token.span.join();
            let future = future_of(&borrowed, &ours!(()), at, p);
            ours!(-> #future)
        }
        (ReturnType::Type(arrow, ty), true) => {
            let future = future_of(&borrowed, &recaptured(ty), ty.span(), p);
            quote!(#arrow #future)
        }
    };
    let syn::Signature { safety, abi, fn_token, ident, .. } = written;
    let generics = borrowed.generics(&written.generics);
    let where_clause = &generics.where_clause;
    let receiver = plan.receiver.iter().map(ToTokens::to_token_stream);
    let parameters = receiver
        .chain(plan.arguments.iter().enumerate().map(|(at, argument)| argument.parameter(borrowed.ty(at))));
    // the user's parentheses: the signature may end with them
    let mut parenthesized = Group::new(Delimiter::Parenthesis, quote!(#(#parameters),*));
    parenthesized.set_span(written.paren_token.span.join());
    quote!(#asyncness #safety #abi #fn_token #ident #generics #parenthesized #output #where_clause)
}

/// Output: `impl Future<Output = R>`, at `R`; `impl Future<Output = R> + Borrows<&'a ()>` if it borrows
fn future_of(borrowed: &Borrowed, output: &impl ToTokens, at: Span, p: &Runtime) -> TokenStream {
    let impl_token = impl_token(at);
    // the signature ends here: with our token it would count as made by a macro
    let end = syn::Token![>](at);
    let future = ours!(#impl_token #p::core::future::Future<Output = #output);
    match borrowed.what() {
        Some(what) => ours!(#future> + #p::Borrows<#what #end),
        None => ours!(#future #end),
    }
}
