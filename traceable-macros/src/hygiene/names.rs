//! Names: our code and the user's cannot reach each other's.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;

/// `quote!` for our code: the user's code cannot reach its names, nor the other way round.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned! { proc_macro2::Span::mixed_site()=> $($tokens)* } };
}
pub(crate) use ours;

/// Whether a name is like those of our locals. Hygiene keeps these from the user's locals, but not from a parameter that
/// is printed as ours, nor from the user's constants: a pattern that is a constant's name binds nothing. So all of them
/// begin with a word that nobody else's begin with.
pub(crate) fn looks_like_ours(ident: &Ident) -> bool {
    ident.to_string().starts_with("__traceable_")
}

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
