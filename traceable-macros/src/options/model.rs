//! `model(..)`: the model of an `llm` or `embedding` run, as the metadata that LangSmith reads.

use syn::parse::ParseStream;
use syn::{Expr, Ident, Lit, Result};

use super::value::{Field, fields};
use crate::message::{self, Mistakes};

/// Keys of the option, and of the metadata.
const KEYS: &[(&str, &str)] = &[
    ("provider", "ls_provider"),
    ("name", "ls_model_name"),
    ("type", "ls_model_type"),
    ("temperature", "ls_temperature"),
    ("max_tokens", "ls_max_tokens"),
    ("stop", "ls_stop"),
];

const TYPES: &[&str] = &["chat", "llm"];

pub(super) fn model(input: ParseStream<'_>, key: &Ident, mistakes: &mut Mistakes) -> Result<Vec<Field>> {
    let given = fields(input, key, "model(provider = \"openai\", name = expr)", mistakes)?;
    Ok(given.into_iter().filter_map(|field| as_metadata(field, mistakes)).collect())
}

fn as_metadata(field: Field, mistakes: &mut Mistakes) -> Option<Field> {
    let Some((_, key)) = KEYS.iter().find(|(name, _)| *name == field.key) else {
        let known: Vec<_> = KEYS.iter().map(|(name, _)| *name).collect();
        mistakes.push(message::unknown_model_key(field.span, &field.key, &known));
        return None;
    };
    if *key == "ls_model_type"
        && let Expr::Lit(literal) = &field.value
        && let Lit::Str(text) = &literal.lit
        && !TYPES.contains(&text.value().as_str())
    {
        mistakes.push(message::unknown_value(text, "type", TYPES));
    }
    Some(Field { key: (*key).to_owned(), ..field })
}
