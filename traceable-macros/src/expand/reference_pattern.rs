//! The pattern of a parameter, matched against a reference.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, Pat};

use crate::signature::{Argument, Binding};

impl Argument {
    /// Binds the names of a pattern by reference, before the argument moves.
    ///
    /// Input: `(mut a, _b): (A, B)` with `wanted` = `a`   Output: `let (a, _) = &__traceable_arg0;`
    pub(super) fn borrowed(&self, wanted: impl Fn(&Binding) -> bool) -> TokenStream {
        let slot = self.parameter_ident();
        self.bound(quote!(&#slot), wanted)
    }

    /// As [`borrowed`](Self::borrowed), from another place than the parameter.
    pub(super) fn bound(&self, from: TokenStream, wanted: impl Fn(&Binding) -> bool) -> TokenStream {
        let wanted: Vec<_> = self.bindings.iter().filter(|binding| wanted(binding)).collect();
        if self.plain_name().is_some() || wanted.is_empty() {
            return TokenStream::new();
        }
        let idents: Vec<_> = wanted.iter().map(|binding| &binding.ident).collect();
        let pattern = self.by_reference(&self.pattern, &idents);
        let cfgs: Vec<_> = self.cfgs().collect();
        // a format string may only seem to use a name: it must not be an unused variable then
        let mentioned = wanted.iter().filter(|binding| binding.mentioned).map(|binding| &binding.ident);
        let used = mentioned.map(|ident| quote!(#(#cfgs)* let _ = #ident;));
        quote!(#(#cfgs)* let #pattern = #from; #(#used)*)
    }

    /// The pattern for a reference to the argument, binding only `wanted`.
    ///
    /// Without `ref`, `mut` and `&` a pattern matches references of any depth and binds by reference, in all editions.
    fn by_reference(&self, pattern: &Pat, wanted: &[&Ident]) -> TokenStream {
        let all = |pats: &mut dyn Iterator<Item = &Pat>| {
            pats.map(|pat| self.by_reference(pat, wanted)).collect::<Vec<_>>()
        };
        match pattern {
            Pat::Ident(pat) if !self.binds(&pat.ident) => pat.ident.to_token_stream(),
            Pat::Ident(pat) => {
                let ident = wanted.contains(&&pat.ident).then_some(&pat.ident);
                match (ident, pat.subpat.as_ref().map(|(_, inner)| self.by_reference(inner, wanted))) {
                    (Some(ident), None) => quote!(#ident),
                    (Some(ident), Some(inner)) => quote!(#ident @ #inner),
                    (None, Some(inner)) => inner,
                    (None, None) => quote!(_),
                }
            }
            Pat::Or(pat) => {
                let cases = all(&mut pat.cases.iter());
                quote!((#(#cases)|*))
            }
            Pat::Paren(pat) => self.by_reference(&pat.pat, wanted),
            Pat::Reference(pat) => self.by_reference(&pat.pat, wanted),
            Pat::Type(pat) => self.by_reference(&pat.pat, wanted),
            Pat::Slice(pat) => {
                let elems = all(&mut pat.elems.iter());
                quote!([#(#elems),*])
            }
            Pat::Tuple(pat) => {
                let elems = all(&mut pat.elems.iter());
                // a tuple of one keeps its comma; `..` may not have one
                let comma = pat.elems.trailing_punct().then(syn::token::Comma::default);
                quote!((#(#elems),* #comma))
            }
            Pat::TupleStruct(pat) => {
                let (path, elems) = (&pat.path, all(&mut pat.elems.iter()));
                quote!(#path(#(#elems),*))
            }
            Pat::Struct(pat) => {
                let path = &pat.path;
                let fields = pat.fields.iter().map(|field| {
                    let (attributes, member, inner) =
                        (&field.attrs, &field.member, self.by_reference(&field.pat, wanted));
                    match (&*field.pat, field.colon_token) {
                        (Pat::Ident(pat), None) if wanted.contains(&&pat.ident) => {
                            quote!(#(#attributes)* #inner)
                        }
                        _ => quote!(#(#attributes)* #member: #inner),
                    }
                });
                let rest = &pat.rest;
                quote!(#path { #(#fields,)* #rest })
            }
            other => other.to_token_stream(),
        }
    }
}
