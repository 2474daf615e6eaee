//! LangSmith's run types.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Result};

use super::value::literal;
use crate::message;

/// LangSmith's run types, and the variants of the runtime's `RunType`.
const RUN_TYPES: &[(&str, &str)] = &[
    ("chain", "Chain"),
    ("llm", "Llm"),
    ("tool", "Tool"),
    ("retriever", "Retriever"),
    ("embedding", "Embedding"),
    ("prompt", "Prompt"),
    ("parser", "Parser"),
];

/// The type of a run: one of LangSmith's seven, or a custom one.
pub(crate) enum RunType {
    Known(Ident),
    Custom(Expr),
}

pub(super) fn run_type(input: ParseStream<'_>, key: &Ident) -> Result<RunType> {
    let literal = literal(input, key, "run_type = \"llm\"")?;
    let value = literal.value();
    match RUN_TYPES.iter().find(|(name, _)| *name == value) {
        Some((_, variant)) => Ok(RunType::Known(Ident::new(variant, Span::mixed_site()))),
        None => {
            let known: Vec<_> = RUN_TYPES.iter().map(|(name, _)| *name).collect();
            Err(message::unknown_run_type(&literal, &known))
        }
    }
}
