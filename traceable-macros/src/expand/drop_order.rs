//! Arguments live and drop exactly as in the plain function.
//!
//! The body finds its arguments under the same names, drops them in the same order, and the compiler still reports
//! unused ones. So recording reads them first, by reference; then a `let` of the user's own tokens moves each in.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Pat, ReceiverKind};

use super::inputs::begins;
use crate::check::Plan;
use crate::hygiene::ours;
use crate::signature::{Argument, is_cfg};

impl Argument {
    /// Input: `mut a: A`         Output: `let mut a = a;`
    /// Input: `(a, _): (A, B)`   Output: `let __traceable_arg0 = __traceable_arg0; let (a, _) = __traceable_arg0;`
    ///
    /// A pattern takes two steps: what it does not bind must live as long as the parameter would.
    pub(super) fn moved(&self) -> TokenStream {
        let (slot, pattern) = (self.parameter_ident(), &self.pattern);
        let cfgs: Vec<_> = self.cfgs().collect();
        // other attributes mean nothing on a statement
        let attributes = self.attributes.iter().filter(|attribute| is_cfg(attribute) || is_lint(attribute));
        let moved = match self.plain_name() {
            Some(ident) => moved(&attributes.collect::<Vec<_>>(), pattern.to_token_stream(), ident, &slot),
            None if matches!(pattern, Pat::Wild(_)) => quote!(#(#cfgs)* let #slot = #slot;),
            None if self.is_taken_apart() => {
                let attributes: Vec<_> = attributes.collect();
                let parts = self.parts().into_iter().map(|(binding, mutability)| {
                    let (ident, part) = (&binding.ident, self.part(&binding.ident));
                    moved(&attributes, quote!(#mutability #ident), ident, &part)
                });
                quote!(#(#parts)*)
            }
            None => {
                let mutability = borrows_mutably(pattern.to_token_stream()).then(|| ours!(mut));
                quote!(#(#cfgs)* let #mutability #slot = #slot; #(#attributes)* let #pattern = #slot;)
            }
        };
        // an argument that only an option uses counts as used
        let mentioned =
            self.bindings.iter().filter(|binding| binding.mentioned).map(|binding| &binding.ident);
        let used = mentioned.map(|ident| quote!(#(#cfgs)* let _ = &#ident;));
        quote!(#moved #(#used)*)
    }

    /// Output: `let _ = &a;`, which captures the argument in an `async` block at this place in the order.
    pub(super) fn captured(&self) -> TokenStream {
        let (slot, cfgs) = (self.parameter_ident(), self.cfgs());
        quote!(#(#cfgs)* let _ = &#slot;)
    }
}

/// Output: `let mut a = a;`
///
/// Clippy has lints on `let` that it does not have on parameters: on names with an underscore, on collections that are
/// only written to. They look for plain names, so a tuple avoids them.
fn moved(attributes: &[&Attribute], pattern: TokenStream, ident: &Ident, from: &Ident) -> TokenStream {
    let is_plain = pattern.clone().into_iter().count() == 1;
    if is_plain && !ident.to_string().starts_with('_') {
        quote!(#(#attributes)* let #pattern = #from;)
    } else {
        quote!(#(#attributes)* let (#pattern,) = (#from,);)
    }
}

/// Whether a pattern has a `ref mut`. The place that it borrows is a parameter, which needs no `mut` for that.
fn borrows_mutably(pattern: TokenStream) -> bool {
    let tokens: Vec<_> = pattern.into_iter().collect();
    let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
    tokens.windows(2).any(|two| is(&two[0], "ref") && is(&two[1], "mut"))
        || tokens
            .iter()
            .any(|token| matches!(token, TokenTree::Group(group) if borrows_mutably(group.stream())))
}

/// Captures all arguments in their order. A future dropped before its first poll drops its captures in the order of
/// their first use, and recording uses only some of them.
pub(super) fn captured(plan: &Plan) -> TokenStream {
    if plan.function.signature.asyncness.is_none() || !begins(plan) || plan.arguments.len() < 2 {
        return TokenStream::new();
    }
    plan.arguments.iter().map(|argument| argument.captured()).collect()
}

/// Captures an owned `self` whole, even if the body uses only a field or nothing: it lives as long as the body.
pub(super) fn receiver(plan: &Plan) -> Option<TokenStream> {
    let receiver = plan.receiver.as_ref()?;
    match receiver.kind {
        // an `async fn` captures all of its arguments
        ReceiverKind::Reference(..) if plan.function.signature.asyncness.is_none() => None,
        _ => {
            let this = &receiver.self_token;
            Some(ours!(let _ = &#this;))
        }
    }
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "deny", "expect", "forbid", "warn"].iter().any(|level| attribute.path().is_ident(level))
}
