//! A name that two parameters bind is an error, as in the plain function.
//!
//! We would let the second hide the first. Only the compiler knows whether two names of one text are the same: in a
//! `macro_rules!` they need not be. So it gets them in one parameter list.

use proc_macro2::TokenStream;
use syn::Ident;

use crate::check::Plan;
use crate::hygiene::ours;
use crate::message;

/// Output: `const _: fn((), ()) = |a: (), a: ()| { let _ = &a; let _ = &a; };`, if two parameters bind an `a`
pub(super) fn check(plan: &Plan) -> TokenStream {
    let run_tree = plan.run_tree.iter().flat_map(|run_tree| match &*run_tree.pat {
        syn::Pat::Ident(pat) => Some(&pat.ident),
        _ => None,
    });
    let arguments = plan.arguments.iter().filter(|argument| argument.cfgs().next().is_none());
    let each = arguments.map(|argument| argument.bindings.iter().map(|binding| &binding.ident).collect());
    let mut each: Vec<Vec<&Ident>> = each.collect();
    each.extend(run_tree.map(|ident| vec![ident]));

    let is_repeated = |at: usize, ident: &Ident| {
        let mut others = each.iter().enumerate().filter(|(other, _)| *other != at);
        others.any(|(_, idents)| idents.iter().any(|other| message::plain(other) == message::plain(ident)))
    };
    let repeated: Vec<_> = each
        .iter()
        .enumerate()
        .flat_map(|(at, idents)| idents.iter().filter(move |ident| is_repeated(at, ident)))
        .collect();
    if repeated.is_empty() {
        return TokenStream::new();
    }
    let units = repeated.iter().map(|_| ours!(()));
    ours!(const _: fn(#(#units),*) = |#(#repeated: ()),*| { #(let _ = &#repeated;)* };)
}
