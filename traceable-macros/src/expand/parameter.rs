//! The parameters in the printed signature.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use crate::hygiene::{hygienic, looks_like_ours};
use crate::signature::Argument;

impl Argument {
    /// The printed name of the parameter. It looks like the user's, for documentation, but is ours: no lint then sees a
    /// name shadow itself, or a use of `_name`. It is the user's only where option expressions may use it.
    pub(super) fn parameter_ident(&self) -> Ident {
        match self.plain_name() {
            Some(ident) if self.is_reachable(ident) => ident.clone(),
            Some(ident) if !self.repeats_a_name && !looks_like_ours(ident) => hygienic(ident),
            _ => Ident::new(
                &format!("__traceable_arg{}", self.position),
                Span::mixed_site().located_at(self.pattern.span()),
            ),
        }
    }

    fn is_reachable(&self, ident: &Ident) -> bool {
        let mentioned = self.bindings.iter().any(|binding| binding.mentioned);
        mentioned || (self.exposed && !ident.to_string().starts_with('_'))
    }

    /// Input: `(a, _): (A, B)`   Output: `__traceable_arg0: (A, B)`, or of `named`, the same type with names for its lifetimes
    pub(super) fn parameter(&self, named: Option<&Type>) -> TokenStream {
        let (slot, ty) = (self.parameter_ident(), named.unwrap_or(&self.ty));
        // `expect` is fulfilled at the `let`, and would not be here
        let attributes = self.attributes.iter().filter(|attribute| !attribute.path().is_ident("expect"));
        quote!(#(#attributes)* #slot: #ty)
    }
}
