//! Messages about blocks of methods.

use proc_macro2::{Span, TokenStream};
use syn::{Error, Ident};

use super::mistakes::Mistakes;
use super::name::plain;
use super::suggestion::nearest;
use super::wording::over;

/// A misspelt name would silently leave a method out of the trace, or in it.
pub(crate) fn unknown_method(name: &Ident, known: &[String]) -> Error {
    let plain = plain(name);
    let near = nearest(&plain, known.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
    over(name, format!("no method named `{plain}` in this block{near}"))
}

pub(crate) fn named_without_body(name: &Ident) -> Error {
    over(name, format!("`{}` has no body to run here: trace it in each `impl` of this trait", plain(name)))
}

/// `key` is `methods` or `except`; the method's own attribute contradicts it.
pub(crate) fn contradicts_method(mistakes: &mut Mistakes, key: &Ident, name: &Ident, own: Span) {
    let (name_text, other) =
        (plain(name), if key == "methods" { "#[traceable(skip)]" } else { "#[traceable]" });
    mistakes.conflict(
        name.span(),
        &format!("`{key}` names `{name_text}`, whose own attribute says otherwise"),
        own,
        &format!("remove this `{other}`, or remove `{name_text}` from `{key}`"),
    );
}

/// An attribute that does nothing is a mistake.
pub(crate) fn nothing_selected(keyword: TokenStream) -> Error {
    over(
        keyword,
        "nothing is traced here: this block has no method with `self` and a body that is not left out; name \
         functions without `self` in `methods(..)`",
    )
}

pub(crate) fn for_one_function(key: &Ident) -> Error {
    over(
        key,
        format!("`{key}` is for one function, not for a block: put `#[traceable({key} ..)]` on the method"),
    )
}

pub(crate) fn for_blocks(key: &Ident) -> Error {
    over(key, format!("`{key}` is for `impl` and `trait` blocks"))
}
