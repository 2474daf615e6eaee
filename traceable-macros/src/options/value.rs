//! Reading what stands behind an option's key.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, Lit, LitStr, Path, Result, Token, parenthesized, token};

use crate::message::{self, Mistakes};

/// LangSmith refuses all runs of a request in which one has a longer name.
const MAX_NAME: usize = 128;

/// `key = expr`, or `key` for the local of that name.
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Expr,
}

pub(super) fn flag(input: ParseStream<'_>, key: &Ident) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(message::takes_no_value(key))
}

fn equals(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<()> {
    if input.peek(Token![=]) && !input.peek(Token![==]) {
        input.parse::<Token![=]>()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Ok(());
        }
    }
    Err(message::wrong_shape(key, example))
}

pub(super) fn value<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<T> {
    equals(input, key, example)?;
    input.parse()
}

pub(super) fn hook(input: ParseStream<'_>, key: &Ident) -> Result<Expr> {
    value(input, key, &format!("{key} = function"))
}

pub(super) fn path(input: ParseStream<'_>, key: &Ident) -> Result<Path> {
    const EXAMPLE: &str = "crate = path::to::traceable";
    equals(input, key, EXAMPLE)?;
    Path::parse_mod_style(input).map_err(|error| message::wrong_shape_at(error.span(), key, EXAMPLE))
}

/// A string known at compile time: a literal, or a constant.
pub(super) fn text(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<Expr> {
    let expr: Expr = value(input, key, example)?;
    match &expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) if text.value().trim().is_empty() => Err(message::empty(text, what_is_empty(key))),
            Lit::Str(text) if key == "name" && text.value().chars().count() > MAX_NAME => {
                Err(message::too_long(text, "run name", MAX_NAME))
            }
            Lit::Str(_) => Ok(expr),
            other => Err(message::not_a_string(other, key, example)),
        },
        _ => Ok(expr),
    }
}

fn what_is_empty(key: &Ident) -> &'static str {
    match key.to_string().as_str() {
        "name" => "run name",
        "project" => "project name",
        _ => "run type",
    }
}

pub(super) fn literal(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<LitStr> {
    equals(input, key, example)?;
    let at = input.span();
    input.parse().map_err(|_| message::not_a_string_literal(at, key, example))
}

pub(super) fn on_cancel(input: ParseStream<'_>, key: &Ident) -> Result<LitStr> {
    const KNOWN: &[&str] = &["ok", "error"];
    let literal = literal(input, key, "on_cancel = \"ok\"")?;
    if KNOWN.contains(&literal.value().as_str()) {
        return Ok(literal);
    }
    Err(message::unknown_value(&literal, "on_cancel", KNOWN))
}

pub(super) fn tags(input: ParseStream<'_>, key: &Ident) -> Result<Vec<Expr>> {
    const EXAMPLE: &str = "tags = [\"..\", \"..\"]";
    match value::<Expr>(input, key, EXAMPLE)? {
        Expr::Array(array) => {
            let elements: Vec<_> = array.elems.into_iter().collect();
            for element in &elements {
                if let Expr::Lit(literal) = element {
                    match &literal.lit {
                        Lit::Str(text) if text.value().is_empty() => {
                            return Err(message::empty(text, "a tag"));
                        }
                        Lit::Str(_) => {}
                        other => return Err(message::tag_is_not_a_string(other)),
                    }
                }
            }
            Ok(elements)
        }
        other => Err(message::wrong_shape_over(other, key, EXAMPLE)),
    }
}

pub(super) fn names(input: ParseStream<'_>, key: &Ident) -> Result<Vec<Ident>> {
    list(input, key, &format!("{key}(argument, ..)"), |content| Ok(content.call(Ident::parse_any).ok()))
}

/// `allow(lost_context)`: the one warning of ours.
pub(super) fn allow(input: ParseStream<'_>, key: &Ident) -> Result<()> {
    const KNOWN: &str = "lost_context";
    let names = list(input, key, "allow(lost_context)", |content| Ok(content.call(Ident::parse_any).ok()))?;
    match names.iter().find(|name| *name != KNOWN) {
        Some(other) => Err(message::unknown_warning(other, KNOWN)),
        None => Ok(()),
    }
}

pub(super) fn fields(
    input: ParseStream<'_>,
    key: &Ident,
    example: &str,
    mistakes: &mut Mistakes,
) -> Result<Vec<Field>> {
    let fields = list(input, key, example, field)?;
    for (at, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..at].iter().find(|first| first.key == field.key) {
            message::key_twice(mistakes, first.span, field.span, &field.key);
        }
    }
    Ok(fields)
}

/// `(a, b)`, not empty. An `element` returns `None` for anything else.
fn list<T>(
    input: ParseStream<'_>,
    key: &Ident,
    example: &str,
    element: fn(ParseStream<'_>) -> Result<Option<T>>,
) -> Result<Vec<T>> {
    if !input.peek(token::Paren) {
        return Err(message::wrong_shape(key, example));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(message::wrong_shape(key, example));
    }
    let mut elements = Vec::new();
    let mut read = || {
        while !content.is_empty() {
            let at = content.span();
            elements.push(element(&content)?.ok_or_else(|| message::wrong_shape_at(at, key, example))?);
            if !content.is_empty() && content.parse::<Token![,]>().is_err() {
                return Err(message::wrong_shape_at(content.span(), key, example));
            }
        }
        Ok(())
    };
    match read() {
        Ok(()) => Ok(elements),
        Err(error) => {
            content.parse::<TokenStream>()?; // what is left unread would be a second error
            Err(error)
        }
    }
}

/// `key = expr`, `"key" = expr`, or `key`.
fn field(input: ParseStream<'_>) -> Result<Option<Field>> {
    let (key, span, short) = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        if literal.value().is_empty() {
            return Err(message::empty(literal, "a key"));
        }
        (literal.value(), literal.span(), None)
    } else {
        let Ok(ident) = input.call(Ident::parse_any) else { return Ok(None) };
        (message::plain(&ident), ident.span(), Some(ident))
    };
    let value = match short {
        Some(local) if input.is_empty() || input.peek(Token![,]) => {
            Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: local.into() })
        }
        _ if input.peek(Token![=]) && !input.peek(Token![==]) => {
            input.parse::<Token![=]>()?;
            input.parse()?
        }
        _ => return Ok(None),
    };
    Ok(Some(Field { key, span, value }))
}

pub(super) fn aggregate(input: ParseStream<'_>, key: &Ident) -> Result<(Expr, Expr)> {
    const EXAMPLE: &str = "aggregate(init, step)";
    let mut parts = list(input, key, EXAMPLE, |content| content.parse().map(Some))?.into_iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(init), Some(step), None) => Ok((init, step)),
        _ => Err(message::wrong_shape(key, EXAMPLE)),
    }
}
