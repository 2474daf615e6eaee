//! Messages about expressions in options.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, Ident};

use super::name::plain;
use super::wording::over;

/// `enabled = f().await`: options are evaluated at the call, and a call waits for nothing.
pub(crate) fn awaits(at: Span, key: &Ident) -> Error {
    let way = match key.to_string().as_str() {
        "parent" => "await the run in the caller, and pass it as an argument: `#[parent] run: &RunTree`",
        "metadata" => {
            "await in the body, and add the value there by `run.add_metadata(..)` of a parameter `#[run_tree] run: \
             RunTree`"
        }
        "inputs" => {
            "await in the body, and add the value there by `run.add_inputs(..)` of a parameter `#[run_tree] run: \
             RunTree`"
        }
        "enabled" => {
            "await in the caller, and pass the result as an argument or by \
             `Extra::new().enabled(result).call(|| ..)`"
        }
        _ => {
            return Error::new(
                at,
                format!("`.await` is not possible in `{key}`: a hook is no `async` function"),
            );
        }
    };
    Error::new(
        at,
        format!("`.await` is not possible in `{key}`, which is evaluated when the function is called: {way}"),
    )
}

/// `enabled = f()?`: it would depend on tracing whether the body runs.
pub(crate) fn leaves(at: Span, key: &Ident, what: &str) -> Error {
    Error::new(
        at,
        format!(
            "`{what}` is not possible in `{key}`: an option does not end the call; handle every case in the \
             expression, for example by `unwrap_or(..)`"
        ),
    )
}

/// How one call is given what an option gives to all.
fn for_one_call(key: &Ident) -> &'static str {
    match key.to_string().as_str() {
        "name" => "name one call by `Extra::new().name(..).call(|| ..)`",
        "tags" => "tag one call by `Extra::new().tag(..).call(|| ..)`, or write `metadata(key = argument)`",
        "project" => "choose the project of one call by `Extra::new().project(..).call(|| ..)`",
        _ => "write `metadata(key = argument)` for what differs between calls",
    }
}

/// `name = argument`
pub(crate) fn is_an_argument(at: Span, key: &Ident, argument: &Ident) -> Error {
    let argument = plain(argument);
    Error::new(
        at,
        format!("`{key}` is the same for all calls, but `{argument}` is an argument: {}", for_one_call(key)),
    )
}

/// `name = format!(..)`
pub(crate) fn is_not_constant(expr: impl ToTokens, key: &Ident) -> Error {
    over(expr, format!("`{key}` is a literal or a `const`, the same for all calls: {}", for_one_call(key)))
}

/// `aggregate(Vec::new, ..)`: the compiler would ask a function for `Serialize`, in five errors.
pub(crate) fn is_not_called(expr: &TokenStream) -> Error {
    let path = expr.to_string().replace(' ', "");
    over(expr, format!("`aggregate` begins with a value: call the function, `{path}()`"))
}

/// `parent = None`, `parent = "ignore"`
pub(crate) fn names_no_run(expr: &TokenStream) -> Error {
    // one word of a path such as `Option::<&RunTree>::None`
    let text = match expr.clone().into_iter().last() {
        Some(TokenTree::Ident(last)) => last.to_string(),
        _ => expr.to_string(),
    };
    over(
        expr,
        format!(
            "`{text}` is no parent: write `root` instead of `parent = {text}` to begin a trace, or leave `parent` out \
             to nest under the current run"
        ),
    )
}
