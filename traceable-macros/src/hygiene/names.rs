//! Names: our code and the user's cannot reach each other's.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;

/// `quote!` for our code: the user's code cannot reach its names, nor the other way round.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned! { proc_macro2::Span::mixed_site()=> $($tokens)* } };
}
pub(crate) use ours;

/// The path to the runtime; all printed code goes through it.
pub(crate) struct Runtime(pub(crate) TokenStream);

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// A name that looks the same but is ours. Words that became keywords by this crate's edition are raw.
pub(crate) fn hygienic(ident: &Ident) -> Ident {
    const KEYWORDS_SINCE: [&str; 5] = ["async", "await", "dyn", "gen", "try"];
    let at = Span::mixed_site().located_at(ident.span());
    match ident.to_string() {
        name if KEYWORDS_SINCE.contains(&name.as_str()) => Ident::new_raw(&name, at),
        _ => {
            let mut hidden = ident.clone();
            hidden.set_span(at);
            hidden
        }
    }
}
