//! Parses a block into its items; bodies stay tokens.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Meta, Result, Signature, Token, Visibility, token};

use crate::message;

/// A block, parsed down to its items.
pub(super) struct Block {
    /// without the `#[traceable]` being expanded
    pub(super) attributes: Vec<Attribute>,
    /// everything between the attributes and the braces
    pub(super) head: TokenStream,
    /// `impl` or `trait`
    pub(super) keyword: Ident,
    pub(super) braces: Group,
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let mut head = quote!(#visibility);
        while !input.peek(Token![impl]) && !input.peek(Token![trait]) {
            let word = input.call(Ident::parse_any)?;
            if word != "unsafe" && word != "auto" {
                return Err(input.error("not a block"));
            }
            head.extend(quote!(#word));
        }
        let keyword = input.call(Ident::parse_any)?;
        head.extend(quote!(#keyword));
        let mut rest: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
        match rest.pop() {
            Some(TokenTree::Group(braces)) if braces.delimiter() == Delimiter::Brace => {
                head.extend(rest);
                Ok(Self { attributes, head, keyword, braces })
            }
            _ => Err(input.error("not a block")),
        }
    }
}

/// An item of a block.
pub(super) enum Item {
    Method(Box<Method>),
    /// a constant, a type, a macro: left as it is
    Other(TokenStream),
}

/// A function of a block, with a body or without.
pub(super) struct Method {
    /// without its own `#[traceable]`
    attributes: Vec<Attribute>,
    pub(super) own: Option<OwnAttribute>,
    visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: Option<TokenTree>,
}

/// A method's own `#[traceable(..)]`.
pub(super) struct OwnAttribute {
    pub(super) attribute: Attribute,
    pub(super) options: TokenStream,
}

impl OwnAttribute {
    /// `#[traceable(skip)]`: leave this method out.
    pub(super) fn is_skip(&self) -> bool {
        syn::parse2::<Ident>(self.options.clone()).is_ok_and(|ident| ident == "skip")
    }
}

impl Method {
    pub(super) fn name(&self) -> String {
        message::plain(&self.signature.ident)
    }

    /// The method as written, without its own `#[traceable]`.
    pub(super) fn tokens(&self) -> TokenStream {
        let Self { attributes, visibility, signature, body, .. } = self;
        let end = match body {
            Some(body) => body.to_token_stream(),
            None => quote!(;),
        };
        quote!(#(#attributes)* #visibility #signature #end)
    }
}

/// The inner attributes and the items between the braces of a block.
pub(super) fn split(input: ParseStream<'_>) -> Result<(Vec<Attribute>, Vec<Item>)> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(item(input)?);
    }
    Ok((inner, items))
}

fn item(input: ParseStream<'_>) -> Result<Item> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    if is_function(input)? {
        return method(input, attributes, visibility).map(|method| Item::Method(Box::new(method)));
    }
    // the value of a constant may have braces before its end; a macro ends with them
    let ends_with_semicolon = input.peek(Token![const]) || input.peek(Token![type]);
    let mut tokens = quote!(#(#attributes)* #visibility);
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        let is_end = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !ends_with_semicolon,
            _ => false,
        };
        tokens.extend([tree]);
        if is_end {
            break;
        }
    }
    Ok(Item::Other(tokens))
}

/// `const`, `async`, `unsafe`, `extern "C"` in any number, then `fn`.
fn is_function(input: ParseStream<'_>) -> Result<bool> {
    let ahead = input.fork();
    while !ahead.peek(Token![fn]) {
        let is_modifier = ["const", "async", "unsafe", "safe", "extern"];
        match ahead.call(Ident::parse_any) {
            Ok(word) if is_modifier.iter().any(|modifier| word == modifier) => {
                ahead.parse::<Option<LitStr>>()?;
            }
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn method(input: ParseStream<'_>, mut attributes: Vec<Attribute>, visibility: Visibility) -> Result<Method> {
    let signature: Signature = input.parse()?;
    let body = match input.parse::<Option<Token![;]>>()? {
        Some(_) => None,
        None if input.peek(token::Brace) => Some(input.parse::<TokenTree>()?),
        None => return Err(message::not_an_item(input.span())),
    };
    let is_ours = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "traceable")
    };
    let own = attributes.iter().position(is_ours).map(|at| {
        let attribute = attributes.remove(at);
        let options = match &attribute.meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(value) => value.value.to_token_stream(),
        };
        OwnAttribute { attribute, options }
    });
    Ok(Method { attributes, own, visibility, signature, body })
}
