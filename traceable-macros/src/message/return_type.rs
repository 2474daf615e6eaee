//! Messages about return types.

use quote::ToTokens;
use syn::Error;

use super::wording::{article, over};

/// `Fn` values, closures: the run would end before the work is done.
pub(crate) fn returns_function(tokens: impl ToTokens) -> Error {
    over(
        tokens,
        "a returned closure cannot be traced: trace what it calls, or add `skip_output` to trace only its making",
    )
}

/// A wrapper is not the value: it cannot promise this.
pub(crate) fn cannot_forward(bound: impl ToTokens, name: &str, kind: &str) -> Error {
    let reason = match name {
        "Clone" | "Copy" => "its run ends only once".to_owned(),
        _ => format!(
            "it is a wrapper around yours, and only {} it",
            if kind == "future" { "polls" } else { "iterates" }
        ),
    };
    over(bound, format!("a traced {kind} cannot be `{name}`: {reason}; remove `{name}` from the return type"))
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

/// `Res<impl Stream<Item = T>>`: probably an alias of `Result`.
pub(crate) fn inside_unknown(tokens: impl ToTokens, container: &syn::Ident) -> Error {
    over(
        tokens,
        format!(
            "`{container}` hides where the run ends: if it is an alias of `Result` or `Option`, write that instead, as \
             in `Result<impl Stream<Item = T>, Error>`; if it is another type, return what is in it on its own, trace \
             the function that makes each, or add `skip_output`"
        ),
    )
}

pub(crate) fn behind_reference(tokens: impl ToTokens, kind: &str) -> Error {
    over(
        tokens,
        format!("{} {kind} behind a reference cannot be wrapped: return it by value or boxed", article(kind)),
    )
}
