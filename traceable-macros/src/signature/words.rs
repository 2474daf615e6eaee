//! The words of a type.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// The identifiers and keywords in a type or in bounds, at every depth.
pub(crate) fn words(of: &(impl ToTokens + ?Sized)) -> Vec<String> {
    fn collect(tokens: TokenStream, into: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => into.push(ident.to_string()),
                TokenTree::Group(group) => collect(group.stream(), into),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(of.to_token_stream(), &mut found);
    found
}
