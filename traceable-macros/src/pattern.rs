//! Patterns of parameters: what they bind, and how the same is read by reference.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, Pat};

use crate::message;

/// A capital first letter in a pattern is a unit struct or a constant in all code that follows the naming lints.
pub(crate) fn names_a_constant(ident: &Ident) -> bool {
    message::plain(ident).starts_with(char::is_uppercase)
}

/// The names a pattern binds, in order. Macros in pattern position keep theirs to themselves.
pub(crate) fn bound(pattern: &Pat, names: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(pat) => {
            if !names_a_constant(&pat.ident) {
                names.push(pat.ident.clone());
            }
            if let Some((_, inner)) = &pat.subpat {
                bound(inner, names);
            }
        }
        Pat::Or(pat) => pat.cases.first().into_iter().for_each(|pat| bound(pat, names)),
        Pat::Paren(pat) => bound(&pat.pat, names),
        Pat::Reference(pat) => bound(&pat.pat, names),
        Pat::Type(pat) => bound(&pat.pat, names),
        Pat::Slice(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::Struct(pat) => pat.fields.iter().for_each(|field| bound(&field.pat, names)),
        _ => {}
    }
}

/// The pattern as it matches a reference to the argument, binding only `wanted`.
///
/// Without `ref`, `mut` and `&` a pattern matches any depth of references and binds by reference, whatever edition.
pub(crate) fn by_reference(pattern: &Pat, wanted: &[&Ident]) -> TokenStream {
    let all =
        |pats: &mut dyn Iterator<Item = &Pat>| pats.map(|pat| by_reference(pat, wanted)).collect::<Vec<_>>();
    match pattern {
        Pat::Ident(pat) if names_a_constant(&pat.ident) => pat.ident.to_token_stream(),
        Pat::Ident(pat) => {
            let ident = wanted.contains(&&pat.ident).then_some(&pat.ident);
            match (ident, pat.subpat.as_ref().map(|(_, inner)| by_reference(inner, wanted))) {
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
        Pat::Paren(pat) => by_reference(&pat.pat, wanted),
        Pat::Reference(pat) => by_reference(&pat.pat, wanted),
        Pat::Type(pat) => by_reference(&pat.pat, wanted),
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
                    (&field.attrs, &field.member, by_reference(&field.pat, wanted));
                match (&*field.pat, field.colon_token) {
                    (Pat::Ident(pat), None) if wanted.contains(&&pat.ident) => quote!(#(#attributes)* #inner),
                    _ => quote!(#(#attributes)* #member: #inner),
                }
            });
            let rest = &pat.rest;
            quote!(#path { #(#fields,)* #rest })
        }
        other => other.to_token_stream(),
    }
}
