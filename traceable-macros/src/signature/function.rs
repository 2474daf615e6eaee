//! The function: attributes and signature are parsed, the body stays tokens.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Result, Signature, Token, Visibility, token};

use super::attributes_that_keep_async::is_inert;
use super::unsupported_items::{refuse_other_items, refuse_signature};
use crate::message;

/// A function as written.
pub(crate) struct Function {
    /// outer attributes, without the `#[traceable]` being expanded
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// `#![..]` at the head of the body
    pub(crate) inner_attributes: Vec<Attribute>,
    /// the braces as written, for their spans
    pub(crate) braces: token::Brace,
    /// what is between the braces, without the inner attributes
    pub(crate) body: TokenStream,
    /// an attribute of the block around it expands later, and may need the word `async`
    pub(crate) may_need_async: bool,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        refuse_other_items(input)?;
        let start = input.fork();
        let signature: Signature =
            input.parse().map_err(|error| untyped_run_tree(&start).unwrap_or(error))?;
        if let Some(semi) = input.parse::<Option<Token![;]>>()? {
            return Err(message::no_body(semi.span));
        }
        if !input.peek(token::Brace) {
            return Err(message::not_an_item(input.span()));
        }
        let content;
        // a `macro_rules!` passes a body in a group without delimiters; `braced!` looks through it
        let braces = syn::braced!(content in input);
        let body: TokenStream = content.parse()?;
        let (inner_attributes, body) = syn::parse::Parser::parse2(split_inner, body)?;

        refuse_signature(&signature)?;
        Ok(Self { attributes, visibility, signature, inner_attributes, braces, body, may_need_async: false })
    }
}

impl Function {
    /// Whether an attribute that expands after ours may need the word `async`.
    ///
    /// Attribute macros do not say what they need, so every attribute that is not known to be inert counts. Keeping
    /// `async fn` only moves the capture of the context from the call to the first poll; dropping it would not compile
    /// (`tokio::main`) or would quietly trace the wrong thing (`tracing::instrument`).
    pub(crate) fn must_stay_async(&self) -> bool {
        matches!(self.signature.output, syn::ReturnType::Type(_, ref ty) if matches!(**ty, syn::Type::Never(_)))
            || self.may_need_async
            || self.attributes.iter().any(|attribute| !is_inert(attribute.path()))
    }
}

/// `#[run_tree] rt` without a type: syn's error names only the missing colon.
fn untyped_run_tree(signature: ParseStream<'_>) -> Option<syn::Error> {
    while !signature.peek(token::Paren) {
        signature.parse::<TokenTree>().ok()?;
    }
    let parameters: Group = signature.parse().ok()?;
    let tokens: Vec<_> = parameters.stream().into_iter().collect();
    (0..tokens.len()).find_map(|at| match &tokens[at..] {
        [TokenTree::Group(attribute), TokenTree::Ident(name), rest @ ..]
            if attribute.stream().to_string() == "run_tree"
                && rest.first().is_none_or(|next| next.to_string() == ",") =>
        {
            Some(message::untyped_run_tree(name))
        }
        _ => None,
    })
}

fn split_inner(input: ParseStream<'_>) -> Result<(Vec<Attribute>, TokenStream)> {
    Ok((input.call(Attribute::parse_inner)?, input.parse()?))
}
