//! Messages about options: unknown, malformed, contradicting, not for this function.

use proc_macro2::Span;
use quote::ToTokens;
use syn::Error;

use super::mistakes::Mistakes;
use super::name::plain;
use super::other_libraries::from_other_library;
use super::suggestion::{nearest, unknown};
use super::wording::{article, over};

pub(crate) fn unknown_option(key: &syn::Ident, known: &[&str]) -> Error {
    let name = plain(key);
    over(key, from_other_library(&name).unwrap_or_else(|| unknown("option", &name, known)))
}

pub(crate) fn unknown_run_type(literal: &syn::LitStr, known: &[&str]) -> Error {
    let text = unknown("run type", &literal.value(), known);
    over(literal, format!("{text} (a type of your own is given by `custom_run_type = \"..\"`)"))
}

pub(crate) fn unknown_value(literal: &syn::LitStr, option: &str, known: &[&str]) -> Error {
    over(literal, unknown(&format!("value for `{option}`:"), &literal.value(), known))
}

pub(crate) fn unknown_model_key(at: Span, key: &str, known: &[&str]) -> Error {
    let text = unknown("key of `model`:", key, known);
    Error::new(at, format!("{text} (other values go into `metadata({key} = expr)`)"))
}

pub(crate) fn no_model_run(key: &syn::Ident) -> Error {
    over(key, "`model` is for calls of a model: add `run_type = \"llm\"` or `run_type = \"embedding\"`")
}

/// `allow(unused)` in the attribute: the compiler's own lints are switched off elsewhere.
pub(crate) fn unknown_warning(name: &syn::Ident, known: &str) -> Error {
    let near =
        if nearest(&plain(name), [known].into_iter()).is_some() { ", did you mean" } else { "; there is" };
    over(
        name,
        format!(
            "unknown warning `{}` of `#[traceable]`{near} `{known}`{}",
            plain(name),
            if near.starts_with(',') { "?" } else { "" }
        ),
    )
}

/// A misspelt name would silently record what the user wants to skip.
pub(crate) fn unknown_argument(name: &syn::Ident, verb: &str, known: &[String]) -> Error {
    let plain = plain(name);
    let near = nearest(&plain, known.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
    over(name, format!("no argument named `{plain}` to {verb}{near}"))
}

pub(crate) fn literal_first(tokens: impl ToTokens) -> Error {
    over(tokens, "say what this is: `name = \"..\"` or `run_type = \"..\"`")
}

pub(crate) fn expected_option(at: Span) -> Error {
    Error::new(at, "expected an option such as `name = \"..\"` or `skip(..)`")
}

pub(crate) fn expected_comma(at: Span, key: &syn::Ident) -> Error {
    Error::new(at, format!("expected `,` after option `{key}`"))
}

/// `name`, `name()`, `skip = a`: the option is right, its shape is not.
pub(crate) fn wrong_shape(key: &syn::Ident, example: &str) -> Error {
    wrong_shape_at(key.span(), key, example)
}

/// `skip("a")`: the same, where one of many is wrong.
pub(crate) fn wrong_shape_at(at: Span, key: &syn::Ident, example: &str) -> Error {
    Error::new(at, format!("`{key}` is written `{example}`"))
}

/// `tags = "a"`: the same, over all of the value.
pub(crate) fn wrong_shape_over(tokens: impl ToTokens, key: &syn::Ident, example: &str) -> Error {
    over(tokens, format!("`{key}` is written `{example}`"))
}

pub(crate) fn not_a_string(tokens: impl ToTokens, key: &syn::Ident, example: &str) -> Error {
    over(tokens, format!("`{key}` is a string: `{example}`"))
}

pub(crate) fn not_a_string_literal(at: Span, key: &syn::Ident, example: &str) -> Error {
    Error::new(at, format!("`{key}` is a string literal: `{example}`"))
}

pub(crate) fn tag_is_not_a_string(tokens: impl ToTokens) -> Error {
    over(tokens, "a tag is a string")
}

/// `skip_all = true`
pub(crate) fn takes_no_value(key: &syn::Ident) -> Error {
    over(key, format!("`{key}` takes no value: write `{key}` alone"))
}

pub(crate) fn empty(tokens: impl ToTokens, what: &str) -> Error {
    over(tokens, format!("{what} must not be empty"))
}

pub(crate) fn too_long(tokens: impl ToTokens, what: &str, most: usize) -> Error {
    over(tokens, format!("{what} must not be longer than {most} characters"))
}

pub(crate) fn given_twice(mistakes: &mut Mistakes, first: &syn::Ident, second: &syn::Ident) {
    let text = format!("option `{second}` is given more than once");
    mistakes.conflict(second.span(), &text, first.span(), "first given here");
}

pub(crate) fn key_twice(mistakes: &mut Mistakes, first: Span, second: Span, key: &str) {
    mistakes.conflict(second, &format!("key `{key}` is given more than once"), first, "first given here");
}

/// `winner` makes `loser` meaningless.
pub(crate) fn exclude(mistakes: &mut Mistakes, winner: &syn::Ident, loser: &syn::Ident, reason: &str) {
    mistakes.conflict(
        winner.span(),
        &format!("`{winner}` {reason}"),
        loser.span(),
        &format!("remove this `{loser}`, or remove `{winner}`"),
    );
}

pub(crate) fn listed_twice(mistakes: &mut Mistakes, name: &str, first: (&str, Span), second: (&str, Span)) {
    if first.0 == second.0 {
        let text = format!("argument `{name}` is named more than once in `{}`", first.0);
        return mistakes.conflict(second.1, &text, first.1, "first named here");
    }
    mistakes.conflict(
        second.1,
        &format!("argument `{name}` cannot be both in `{}` and in `{}`", first.0, second.0),
        first.1,
        &format!("also named in this `{}`", first.0),
    );
}

pub(crate) fn needs_generator(key: &syn::Ident) -> Error {
    over(
        key,
        format!(
            "`{key}` is for functions that return a stream or an iterator; if an alias hides it, add `stream` or \
             `iter`"
        ),
    )
}

pub(crate) fn not_for_generator(key: &syn::Ident) -> Error {
    over(
        key,
        format!(
            "`{key}` sees one value, but this function gives many: use `process_chunk`, `reduce` or `aggregate`"
        ),
    )
}

pub(crate) fn wrong_kind(key: &syn::Ident, found: &str) -> Error {
    over(key, format!("the signature says that this returns {} {found}: remove `{key}`", article(found)))
}

/// Only boxes can hold a wrapper and stay the same type.
pub(crate) fn no_alias(key: &syn::Ident, name: &str) -> Error {
    over(
        key,
        format!(
            "`{key}` is for an alias that hides a boxed type, and this type is none: remove `{key}`, or return \
             `impl {name}`"
        ),
    )
}

pub(crate) fn async_is_future(key: &syn::Ident) -> Error {
    over(key, "an `async fn` is a future already: remove `future`")
}
