//! Every sentence a user can be told, and why it is said.
//!
//! Rules: one sentence, on the token that is wrong; it names the fix when there is one. A conflict is two
//! errors, one at each side, because stable procedural macros cannot attach notes.

mod block;
mod near;
mod parameter;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

pub(crate) use self::block::*;
use self::near::{elsewhere, nearest, unknown};
pub(crate) use self::parameter::*;

/// Collects mistakes, so that all of one attribute are reported at once.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// Two errors for one conflict: what is wrong, then the other side of it.
    pub(crate) fn conflict(&mut self, at: Span, what: &str, other: Span, remedy: &str) {
        self.push(Error::new(at, what));
        self.push(Error::new(other, remedy));
    }

    pub(crate) fn into_error(self) -> Option<Error> {
        self.0
    }
}

fn over(tokens: impl ToTokens, text: impl std::fmt::Display) -> Error {
    Error::new_spanned(tokens, text)
}

// ---- what the attribute stands on ----

/// Attributes cannot stand on statements or types and trace something.
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

fn article(word: &str) -> &'static str {
    // not `u`: a union, a use declaration
    if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

pub(crate) fn no_body(semi: Span) -> Error {
    Error::new(
        semi,
        "`#[traceable]` needs a body to run: put it on the method in each `impl`, or on a default method",
    )
}

/// Unstable, and not in syn's grammar. What such a function is made of works.
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

// ---- what it returns ----

/// `Fn` values, closures: the run would end before the work is done, so it is never what was meant.
pub(crate) fn returns_function(tokens: impl ToTokens) -> Error {
    over(
        tokens,
        "a returned closure cannot be traced: trace what it calls, or add `skip_output` to trace only its making",
    )
}

/// A wrapper is not the value: what it cannot promise, it must not claim.
pub(crate) fn cannot_forward(bound: impl ToTokens, name: &str, kind: &str) -> Error {
    over(
        bound,
        format!(
            "a traced {kind} cannot be `{name}`: its run ends only once; remove `{name}` from the return type"
        ),
    )
}

pub(crate) fn nested(tokens: impl ToTokens, kind: &str) -> Error {
    over(
        tokens,
        format!(
            "{} {kind} inside another type cannot be traced: return it on its own, trace the function that \
             makes each, or add `skip_output`, and have `run.keep_open()` of a `#[run_tree] run: RunTree` travel \
             with it to keep the run open as long",
            article(kind)
        ),
    )
}

pub(crate) fn behind_reference(tokens: impl ToTokens, kind: &str) -> Error {
    over(
        tokens,
        format!("{} {kind} behind a reference cannot be wrapped: return it by value or boxed", article(kind)),
    )
}

// ---- options ----

pub(crate) fn unknown_option(key: &syn::Ident, known: &[&str]) -> Error {
    let name = plain(key);
    over(key, elsewhere(&name).unwrap_or_else(|| unknown("option", &name, known)))
}

pub(crate) fn unknown_run_type(literal: &syn::LitStr, known: &[&str]) -> Error {
    let text = unknown("run type", &literal.value(), known);
    over(literal, format!("{text} (a type of your own is given by `custom_run_type = \"..\"`)"))
}

pub(crate) fn unknown_value(literal: &syn::LitStr, option: &str, known: &[&str]) -> Error {
    over(literal, unknown(&format!("value for `{option}`:"), &literal.value(), known))
}

/// `allow(unused)` on the attribute: the compiler's own lints are switched off as everywhere.
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

/// A misspelt name in a list would silently record what was meant to be left out.
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

pub(crate) fn twice(mistakes: &mut Mistakes, first: &syn::Ident, second: &syn::Ident) {
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

// ---- names ----

/// An identifier as people say it: without `r#`.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// A path as it is written, for messages.
pub(crate) fn path_name(path: &syn::Path) -> String {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect::<Vec<_>>().join("::")
}
