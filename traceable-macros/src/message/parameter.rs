//! Messages about attributes on parameters.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, Ident};

use super::mistakes::Mistakes;
use super::name::plain;
use super::wording::over;

pub(crate) fn parameter_option(tokens: impl ToTokens) -> Error {
    over(tokens, "on a parameter only `#[traceable(skip)]` is understood")
}

pub(crate) fn on_receiver(tokens: impl ToTokens, attribute: &str) -> Error {
    let way = if attribute == "parent" { ": write `parent = &self.run` in the attribute" } else { "" };
    over(tokens, format!("`#[{attribute}]` cannot stand on `self`{way}"))
}

pub(crate) fn takes_nothing(tokens: impl ToTokens, attribute: &str) -> Error {
    over(tokens, format!("`#[{attribute}]` takes no options"))
}

pub(crate) fn needs_a_name(tokens: impl ToTokens, attribute: &str, example: &str) -> Error {
    over(tokens, format!("`#[{attribute}]` needs a plain name, such as `{example}`"))
}

/// `f: impl Fn()`
pub(crate) fn function_argument(ty: impl ToTokens, name: &Ident) -> Error {
    let name = plain(name);
    over(
        ty,
        format!(
            "a function has no content to record: leave `{name}` out with `#[traceable(skip({name}))]`, or record \
             something about it with `inputs({name} = ..)`"
        ),
    )
}

pub(crate) fn untyped_run_tree(name: &Ident) -> Error {
    over(name, format!("a `#[run_tree]` parameter is written `{name}: RunTree`"))
}

/// A call has one run, and one parent.
pub(crate) fn only_one(mistakes: &mut Mistakes, attribute: &str, first: Span, second: Span) {
    let noun = if attribute == "parent" { "parent" } else { "run" };
    let text = format!("a call has one {noun}: only one `#[{attribute}]` is possible");
    mistakes.conflict(second, &text, first, "first given here");
}

/// If callers could leave the parent out, `child_only` would promise nothing.
pub(crate) fn needs_parent(key: &Ident) -> Error {
    over(key, "`child_only` needs the parent as a parameter: add `#[parent] run: &RunTree`")
}

pub(crate) fn two_parents(mistakes: &mut Mistakes, option: Span, parameter: Span) {
    mistakes.conflict(
        option,
        "`parent` names a second parent: a parameter is marked `#[parent]`",
        parameter,
        "remove this `#[parent]`, or remove the option `parent`",
    );
}

pub(crate) fn both_on_parameter(mistakes: &mut Mistakes, first: (&str, Span), second: (&str, Span)) {
    let text = format!("a parameter cannot be both `#[{}]` and `#[{}]`", first.0, second.0);
    mistakes.conflict(second.1, &text, first.1, "the other one is here");
}
