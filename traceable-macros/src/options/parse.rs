//! Reading `key`, `key = value`, `key(..)`; one bad option does not hide the next.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Lit, LitStr, Path, Result, Token, parenthesized, token};

use super::{Field, Given, Options, RunType};
use crate::kind::Open;
use crate::message::{self, Mistakes};

/// Every option, in the order the documentation has them.
const OPTIONS: &[&str] = &[
    "run_type",
    "custom_run_type",
    "name",
    "tags",
    "metadata",
    "project",
    "parent",
    "root",
    "enabled",
    "skip",
    "skip_all",
    "debug",
    "display",
    "inputs",
    "skip_output",
    "process_inputs",
    "process_outputs",
    "process_chunk",
    "reduce",
    "aggregate",
    "handled",
    "on_cancel",
    "future",
    "stream",
    "iter",
    "crate",
];

/// LangSmith's run types, and the variants of the run time's `RunType` that stand for them.
const RUN_TYPES: &[(&str, &str)] = &[
    ("chain", "Chain"),
    ("llm", "Llm"),
    ("tool", "Tool"),
    ("retriever", "Retriever"),
    ("embedding", "Embedding"),
    ("prompt", "Prompt"),
    ("parser", "Parser"),
];

impl Options {
    /// Reads all options; what was wrong is in `mistakes`, what was right is in the result.
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut options = Self::default();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.option(input, mistakes) {
                    mistakes.push(error);
                    skip_to_comma(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            mistakes.push(error);
        }
        options
    }

    fn option(&mut self, input: ParseStream<'_>, mistakes: &mut Mistakes) -> Result<()> {
        let key = key(input)?;
        match key.to_string().as_str() {
            "name" => set(&mut self.name, text(input, &key, "name = \"..\"")?, key.clone(), mistakes),
            "run_type" => set(&mut self.run_type, run_type(input, &key)?, key.clone(), mistakes),
            "custom_run_type" => {
                let custom = RunType::Custom(text(input, &key, "custom_run_type = \"..\"")?);
                set(&mut self.run_type, custom, key.clone(), mistakes);
            }
            "tags" => set(&mut self.tags, tags(input, &key)?, key.clone(), mistakes),
            "metadata" => {
                let fields = fields(input, &key, "metadata(key = value)", mistakes)?;
                set(&mut self.metadata, fields, key.clone(), mistakes);
            }
            "project" => set(&mut self.project, text(input, &key, "project = \"..\"")?, key.clone(), mistakes),
            "parent" => set(&mut self.parent, value(input, &key, "parent = run")?, key.clone(), mistakes),
            "root" => set(&mut self.root, flag(input, &key)?, key.clone(), mistakes),
            "enabled" => set(&mut self.enabled, value(input, &key, "enabled = condition")?, key.clone(), mistakes),
            "skip" => set(&mut self.skip, names(input, &key)?, key.clone(), mistakes),
            "skip_all" => set(&mut self.skip_all, flag(input, &key)?, key.clone(), mistakes),
            "debug" => set(&mut self.debug, names(input, &key)?, key.clone(), mistakes),
            "display" => set(&mut self.display, names(input, &key)?, key.clone(), mistakes),
            "inputs" => {
                let fields = fields(input, &key, "inputs(key = value)", mistakes)?;
                set(&mut self.inputs, fields, key.clone(), mistakes);
            }
            "skip_output" => set(&mut self.skip_output, flag(input, &key)?, key.clone(), mistakes),
            "process_inputs" => set(&mut self.process_inputs, hook(input, &key)?, key.clone(), mistakes),
            "process_outputs" => set(&mut self.process_outputs, hook(input, &key)?, key.clone(), mistakes),
            "process_chunk" => set(&mut self.process_chunk, hook(input, &key)?, key.clone(), mistakes),
            "reduce" => set(&mut self.reduce, hook(input, &key)?, key.clone(), mistakes),
            "aggregate" => set(&mut self.aggregate, aggregate(input, &key)?, key.clone(), mistakes),
            "handled" => set(&mut self.handled, hook(input, &key)?, key.clone(), mistakes),
            "on_cancel" => set(&mut self.on_cancel, on_cancel(input, &key)?, key.clone(), mistakes),
            "future" => self.kind(Open::Future, input, &key, mistakes)?,
            "stream" => self.kind(Open::Stream, input, &key, mistakes)?,
            "iter" => self.kind(Open::Iter, input, &key, mistakes)?,
            "crate" => set(&mut self.krate, path(input, &key)?, key.clone(), mistakes),
            _ => return Err(message::unknown_option(&key, OPTIONS)),
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(message::expected_comma(input.span(), &key))
    }

    fn kind(&mut self, open: Open, input: ParseStream<'_>, key: &Ident, mistakes: &mut Mistakes) -> Result<()> {
        flag(input, key)?;
        set(&mut self.kind, open, key.clone(), mistakes);
        Ok(())
    }
}

fn set<T>(slot: &mut Option<Given<T>>, value: T, key: Ident, mistakes: &mut Mistakes) {
    match slot {
        Some(first) if first.key == key => message::twice(mistakes, &first.key, &key),
        Some(first) => message::exclude(mistakes, &key, &first.key, &format!("says the same as `{}`", first.key)),
        None => *slot = Some(Given { key, value }),
    }
}

fn key(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(Lit) {
        return Err(message::literal_first(input.parse::<Lit>()?));
    }
    input.call(Ident::parse_any).map_err(|_| message::expected_option(input.span()))
}

/// After a mistake: on to the next option. Commas inside brackets belong to one token here.
fn skip_to_comma(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn flag(input: ParseStream<'_>, key: &Ident) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(message::wrong_shape(key, &key.to_string()))
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

fn value<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<T> {
    equals(input, key, example)?;
    input.parse()
}

fn hook(input: ParseStream<'_>, key: &Ident) -> Result<Expr> {
    value(input, key, &format!("{key} = function"))
}

fn path(input: ParseStream<'_>, key: &Ident) -> Result<Path> {
    equals(input, key, "crate = path::to::traceable")?;
    Path::parse_mod_style(input)
}

/// A string known at compile time: a literal, or a constant.
fn text(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<Expr> {
    let expr: Expr = value(input, key, example)?;
    match &expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) if text.value().trim().is_empty() => Err(message::empty(text, what_is_empty(key))),
            Lit::Str(_) => Ok(expr),
            other => Err(Error::new_spanned(other, format!("`{key}` is a string: `{example}`"))),
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

fn literal(input: ParseStream<'_>, key: &Ident, example: &str) -> Result<LitStr> {
    equals(input, key, example)?;
    let at = input.span();
    input.parse().map_err(|_| Error::new(at, format!("`{key}` is a string literal: `{example}`")))
}

fn run_type(input: ParseStream<'_>, key: &Ident) -> Result<RunType> {
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

fn on_cancel(input: ParseStream<'_>, key: &Ident) -> Result<LitStr> {
    const KNOWN: &[&str] = &["ok", "error"];
    let literal = literal(input, key, "on_cancel = \"ok\"")?;
    if KNOWN.contains(&literal.value().as_str()) {
        return Ok(literal);
    }
    Err(message::unknown_value(&literal, "on_cancel", KNOWN))
}

fn tags(input: ParseStream<'_>, key: &Ident) -> Result<Vec<Expr>> {
    const EXAMPLE: &str = "tags = [\"..\", \"..\"]";
    match value::<Expr>(input, key, EXAMPLE)? {
        Expr::Array(array) => {
            let elements: Vec<_> = array.elems.into_iter().collect();
            for element in &elements {
                if let Expr::Lit(literal) = element {
                    match &literal.lit {
                        Lit::Str(text) if text.value().is_empty() => return Err(message::empty(text, "a tag")),
                        Lit::Str(_) => {}
                        other => return Err(Error::new_spanned(other, "a tag is a string")),
                    }
                }
            }
            Ok(elements)
        }
        other => Err(Error::new_spanned(other, format!("`tags` is written `{EXAMPLE}`"))),
    }
}

fn names(input: ParseStream<'_>, key: &Ident) -> Result<Vec<Ident>> {
    list(input, key, &format!("{key}(argument, ..)"), |content| content.call(Ident::parse_any))
}

fn fields(input: ParseStream<'_>, key: &Ident, example: &str, mistakes: &mut Mistakes) -> Result<Vec<Field>> {
    let fields = list(input, key, example, field)?;
    for (at, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..at].iter().find(|first| first.key == field.key) {
            message::key_twice(mistakes, first.span, field.span, &field.key);
        }
    }
    Ok(fields)
}

/// `(a, b)`, with something in it.
fn list<T>(
    input: ParseStream<'_>,
    key: &Ident,
    example: &str,
    element: fn(ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    if !input.peek(token::Paren) {
        return Err(message::wrong_shape(key, example));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(message::wrong_shape(key, example));
    }
    match Punctuated::<T, Token![,]>::parse_terminated_with(&content, element) {
        Ok(elements) => Ok(elements.into_iter().collect()),
        Err(error) => {
            content.parse::<TokenStream>()?; // what is left unread would be a second error
            Err(error)
        }
    }
}

fn field(input: ParseStream<'_>) -> Result<Field> {
    let (key, span, short) = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        if literal.value().is_empty() {
            return Err(message::empty(literal, "a key"));
        }
        (literal.value(), literal.span(), None)
    } else {
        let ident = input.call(Ident::parse_any)?;
        (message::plain(&ident), ident.span(), Some(ident))
    };
    let value = match short {
        Some(local) if input.is_empty() || input.peek(Token![,]) => Expr::Path(syn::ExprPath {
            attrs: Vec::new(),
            qself: None,
            path: local.into(),
        }),
        _ => {
            input.parse::<Token![=]>()?;
            input.parse()?
        }
    };
    Ok(Field { key, span, value })
}

fn aggregate(input: ParseStream<'_>, key: &Ident) -> Result<(Expr, Expr)> {
    const EXAMPLE: &str = "aggregate(init, step)";
    let mut parts = list(input, key, EXAMPLE, Expr::parse)?.into_iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(init), Some(step), None) => Ok((init, step)),
        _ => Err(message::wrong_shape(key, EXAMPLE)),
    }
}
