//! Options as tokens: split at their commas, each with its key.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Lit, Result, Token};

use crate::message;

/// `key`, `key = value`, `key(..)`; also an element of a list.
#[derive(Clone)]
pub(crate) struct Segment {
    /// the word it begins with
    pub(crate) key: Option<Ident>,
    /// the word or string it begins with, as text
    pub(crate) text: String,
    pub(crate) tokens: TokenStream,
}

impl Segment {
    /// The elements of `key(..)` or `key = [..]`; `None` if there are none, or it is written otherwise.
    pub(crate) fn elements(&self) -> Option<Vec<Segment>> {
        let group = self.group()?;
        let elements = split(group.stream());
        (!elements.is_empty()).then_some(elements)
    }

    /// The same option with other elements.
    pub(crate) fn with_elements(&self, elements: &[Segment]) -> Segment {
        let Some(old) = self.group() else { return self.clone() };
        let elements = elements.iter().map(|element| &element.tokens);
        let mut new = Group::new(old.delimiter(), quote!(#(#elements),*));
        new.set_span(old.span());
        let mut tokens: Vec<TokenTree> = self.tokens.clone().into_iter().collect();
        tokens.pop();
        tokens.push(TokenTree::Group(new));
        Segment { tokens: tokens.into_iter().collect(), ..self.clone() }
    }

    fn group(&self) -> Option<Group> {
        match self.tokens.clone().into_iter().last()? {
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => Some(group),
            _ => None,
        }
    }
}

/// Splits options, or the elements of a list, at their commas. Never fails: a malformed option keeps its tokens, and
/// its parser reports it.
pub(crate) fn split(tokens: TokenStream) -> Vec<Segment> {
    let read = |input: ParseStream<'_>| {
        let mut segments = Vec::new();
        while !input.is_empty() {
            segments.push(segment(input)?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(segments)
    };
    read.parse2(tokens).unwrap_or_default()
}

fn segment(input: ParseStream<'_>) -> Result<Segment> {
    let mut tokens = TokenStream::new();
    let (mut key, mut text) = (None, String::new());
    if let Ok(Lit::Str(literal)) = input.fork().parse::<Lit>() {
        text = literal.value();
    } else if let Ok(ident) = input.fork().call(Ident::parse_any) {
        text = message::plain(&ident);
        key = Some(ident);
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.peek(Token![=]) && !input.peek(Token![==]) {
            tokens.extend(input.parse::<Token![=]>()?.into_token_stream());
            // the commas of `f::<A, B>` do not end it
            let ahead = input.fork();
            if ahead.parse::<Expr>().is_ok() {
                while input.cursor() != ahead.cursor() {
                    tokens.extend([input.parse::<TokenTree>()?]);
                }
            }
        } else {
            tokens.extend([input.parse::<TokenTree>()?]);
        }
    }
    Ok(Segment { key, text, tokens })
}
