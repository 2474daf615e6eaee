//! `#[traceable]` on an `impl` or `trait` block: the attribute on each of its methods that is meant.
//!
//! Which methods these are is in `choice`, what the block's options mean for each of them in `defaults`. Only the
//! items of the block are told apart (`items`); bodies stay tokens here too.

mod choice;
mod defaults;
mod items;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, Token, Visibility};

use self::defaults::Defaults;
use self::items::Item;
use crate::completion::{self, Reader};
use crate::message::Mistakes;
use crate::signature::is_inert;
use crate::{Surroundings, function};

/// A block, taken apart as far as its items.
struct Block {
    /// without the `#[traceable]` being expanded
    attributes: Vec<Attribute>,
    /// everything between the attributes and the braces
    head: TokenStream,
    /// `impl` or `trait`
    keyword: Ident,
    braces: Group,
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

/// The expansion, if the item is a block.
pub(crate) fn print(options: &TokenStream, item: &TokenStream, reader: Reader) -> Option<TokenStream> {
    let Block { attributes, head, keyword, braces } = syn::parse2(item.clone()).ok()?;
    let mut mistakes = Mistakes::default();
    let (inner, items) = match items::split.parse2(braces.stream()) {
        Ok(split) => split,
        Err(error) => {
            let errors = error.into_compile_error();
            return Some(quote!(#errors #item));
        }
    };

    let completion = (reader == Reader::Editor).then(|| completion::beside(options));
    let (choice, defaults) = choice::read(options.clone(), &mut mistakes);
    let chosen = choice.of(&items, &keyword, &mut mistakes);
    let defaults = Defaults::check(defaults, &chosen, &mut mistakes);
    let errors = mistakes.into_error().map(syn::Error::into_compile_error);
    let surroundings = Surroundings {
        may_insist_on_async: attributes.iter().any(|attribute| !is_inert(attribute.path())),
        is_wrong: errors.is_some(),
        reader,
    };
    let items = items.iter().map(|item| match item {
        Item::Method(method) if choice.takes(method) => {
            let options = defaults.with(method, surroundings.is_wrong);
            function(options, method.tokens(), surroundings)
        }
        Item::Method(method) => method.tokens(),
        Item::Other(tokens) => tokens.clone(),
    });
    let mut block = Group::new(Delimiter::Brace, quote!(#(#inner)* #(#items)*));
    block.set_span(braces.span());
    Some(quote!(#completion #(#attributes)* #head #block #errors))
}
