//! Parses `key`, `key = value`, `key(..)`; one bad option does not hide the next.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Lit, Result, Token};

use super::given_options::{Given, Options};
use super::model::model;
use super::names::OPTIONS;
use super::run_type::{RunType, run_type};
use super::value::{aggregate, allow, fields, flag, hook, names, on_cancel, path, tags, text, value};
use crate::message::{self, Mistakes};
use crate::return_type::Kind;

impl Options {
    /// Parses all options. Mistakes go into `mistakes`, the rest into the result.
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
            "model" => set(&mut self.model, model(input, &key, mistakes)?, key.clone(), mistakes),
            "project" => {
                set(&mut self.project, text(input, &key, "project = \"..\"")?, key.clone(), mistakes)
            }
            "parent" => set(&mut self.parent, value(input, &key, "parent = run")?, key.clone(), mistakes),
            "root" => set(&mut self.root, flag(input, &key)?, key.clone(), mistakes),
            "child_only" => set(&mut self.child_only, flag(input, &key)?, key.clone(), mistakes),
            "enabled" => {
                set(&mut self.enabled, value(input, &key, "enabled = condition")?, key.clone(), mistakes)
            }
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
            "process_error" => set(&mut self.process_error, hook(input, &key)?, key.clone(), mistakes),
            "handled" => set(&mut self.handled, hook(input, &key)?, key.clone(), mistakes),
            "on_cancel" => set(&mut self.on_cancel, on_cancel(input, &key)?, key.clone(), mistakes),
            "future" => self.kind(Kind::Future, input, &key, mistakes)?,
            "stream" => self.kind(Kind::Stream, input, &key, mistakes)?,
            "iter" => self.kind(Kind::Iter, input, &key, mistakes)?,
            "allow" => set(&mut self.allow_lost_context, allow(input, &key)?, key.clone(), mistakes),
            "crate" => set(&mut self.krate, path(input, &key)?, key.clone(), mistakes),
            "methods" | "except" => return Err(message::for_blocks(&key)),
            _ => return Err(message::unknown_option(&key, OPTIONS)),
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(message::expected_comma(input.span(), &key))
    }

    fn kind(
        &mut self,
        open: Kind,
        input: ParseStream<'_>,
        key: &Ident,
        mistakes: &mut Mistakes,
    ) -> Result<()> {
        flag(input, key)?;
        set(&mut self.kind, open, key.clone(), mistakes);
        Ok(())
    }
}

fn set<T>(slot: &mut Option<Given<T>>, value: T, key: Ident, mistakes: &mut Mistakes) {
    match slot {
        Some(first) if first.key == key => message::given_twice(mistakes, &first.key, &key),
        Some(first) => {
            message::exclude(mistakes, &key, &first.key, &format!("says the same as `{}`", first.key))
        }
        None => *slot = Some(Given { key, value }),
    }
}

fn key(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(Lit) {
        return Err(message::literal_first(input.parse::<Lit>()?));
    }
    let key = input.call(Ident::parse_any).map_err(|_| message::expected_option(input.span()))?;
    // `r#name` is the same word, and no keyword that is an option is ever raw
    Ok(Ident::new(&message::plain(&key), key.span()))
}

/// After a mistake, skips to the next option. Commas inside brackets belong to one token here.
fn skip_to_comma(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
