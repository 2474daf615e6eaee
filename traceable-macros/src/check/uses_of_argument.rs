//! Whether an option's expression uses an argument.

use proc_macro2::{TokenStream, TokenTree};
use syn::Ident;

use crate::message;

/// Whether an expression uses a name, also in a format string (`"{name}"`).
pub(crate) fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    let name = message::plain(ident);
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"))
        }
        TokenTree::Punct(_) => false,
    })
}
