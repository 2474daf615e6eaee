//! Messages about the item under the attribute: other items, and functions that cannot be traced.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

use super::wording::{article, over};

/// On an item that is no function.
pub(crate) fn not_a_function(keyword: TokenStream, what: &str) -> Error {
    let way = if what == "module" { ": put it on each of its functions" } else { "" };
    over(
        keyword,
        format!(
            "`#[traceable]` goes on a function, a method or a block of methods, not on {} {what}{way}",
            article(what)
        ),
    )
}

pub(crate) fn not_an_item(at: Span) -> Error {
    Error::new(at, "`#[traceable]` goes on a function, a method or a block of methods")
}

pub(crate) fn no_body(semi: Span) -> Error {
    Error::new(
        semi,
        "`#[traceable]` needs a body to run: put it on the method in each `impl`, or on a default method",
    )
}

/// Unstable, and not in syn's grammar. The stable equivalent works.
pub(crate) fn gen_fn(keyword: impl ToTokens, is_async: bool) -> Error {
    let text = if is_async {
        "an `async gen fn` cannot be traced: write a `fn` that returns a stream, such as `traceable::stream(..)`"
    } else {
        "a `gen fn` cannot be traced: write a `fn` that returns its `gen` block as `impl Iterator`"
    };
    over(keyword, text)
}

pub(crate) fn const_fn(tokens: TokenStream) -> Error {
    over(tokens, "`#[traceable]` cannot be applied to a `const fn`: starting a run is not a const operation")
}

pub(crate) fn variadic(tokens: impl ToTokens) -> Error {
    over(
        tokens,
        "`#[traceable]` cannot be applied to a function with variadic arguments: they cannot be moved",
    )
}
