//! The names that a parameter's pattern binds.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Ident, Pat, Type};

use crate::message;

/// Tells names that are bound from unit structs and constants, which look the same in a pattern.
pub(super) struct Names<'a> {
    /// of the parameter
    pub(super) ty: &'a Type,
    /// of the function
    pub(super) generics: &'a [Ident],
}

impl Names<'_> {
    /// The names a pattern binds, in order. Macros in pattern position keep theirs.
    pub(super) fn bound(&self, pattern: &Pat) -> Vec<Ident> {
        let mut names = Vec::new();
        let is_whole = matches!(pattern, Pat::Ident(pat) if pat.subpat.is_none());
        bound(pattern, &mut |ident| {
            if !self.is_constant(ident, is_whole) {
                names.push(ident.clone());
            }
        });
        names
    }

    /// Whether a name is a constant. A parameter takes every value of its type, so it can only be the one value there
    /// is, a unit struct: the type says its name (`Marker: Marker`). What is written like a type (`Marker`) inside a
    /// larger pattern is one too.
    fn is_constant(&self, ident: &Ident, is_whole: bool) -> bool {
        let name = message::plain(ident);
        if !name.starts_with(char::is_uppercase) {
            return false;
        }
        let is_type_parameter = self.generics.iter().any(|generic| message::plain(generic) == name);
        let is_like_a_type = name.contains(char::is_lowercase);
        (mentions(self.ty.to_token_stream(), &name) && !is_type_parameter)
            || (is_like_a_type && (!is_whole || mentions(self.ty.to_token_stream(), "Self")))
    }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => message::plain(&ident) == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

fn bound(pattern: &Pat, name: &mut dyn FnMut(&Ident)) {
    match pattern {
        Pat::Ident(pat) => {
            name(&pat.ident);
            if let Some((_, inner)) = &pat.subpat {
                bound(inner, name);
            }
        }
        Pat::Or(pat) => pat.cases.first().into_iter().for_each(|pat| bound(pat, name)),
        Pat::Paren(pat) => bound(&pat.pat, name),
        Pat::Reference(pat) => bound(&pat.pat, name),
        Pat::Type(pat) => bound(&pat.pat, name),
        Pat::Slice(pat) => pat.elems.iter().for_each(|pat| bound(pat, name)),
        Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| bound(pat, name)),
        Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| bound(pat, name)),
        Pat::Struct(pat) => pat.fields.iter().for_each(|field| bound(&field.pat, name)),
        _ => {}
    }
}
