//! Names: neither side reaches the other's.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;

/// `quote!` for code of ours: its names cannot be reached from the user's code, nor reach it.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned! { proc_macro2::Span::mixed_site()=> $($tokens)* } };
}
pub(crate) use ours;

/// The path to the runtime, through which everything we print is named.
pub(crate) struct Runtime(pub(crate) TokenStream);

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// The same name as a name of ours, in the edition of this crate: words that were free before are raw there.
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
