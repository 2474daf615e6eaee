//! Prints the block with its methods expanded.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;
use syn::parse::Parser;

use super::defaults::Defaults;
use super::items::{self, Block, Item};
use super::selection;
use crate::completion::{self, Reader};
use crate::message::Mistakes;
use crate::pipeline::{Surroundings, function};
use crate::signature::is_inert;

/// The expansion, or `None` if the item is no block.
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

    let completion = (reader == Reader::Editor).then(|| completion::for_block(options));
    let (selection, defaults) = selection::read(options.clone(), &mut mistakes);
    let selected = selection.select(&items, &keyword, &mut mistakes);
    let defaults = Defaults::check(defaults, &selected, &mut mistakes);
    let errors = mistakes.into_error().map(syn::Error::into_compile_error);
    let surroundings = Surroundings {
        may_need_async: attributes.iter().any(|attribute| !is_inert(attribute.path())),
        is_wrong: errors.is_some(),
        reader,
    };
    let items = items.iter().map(|item| match item {
        Item::Method(method) if selection.selects(method) => {
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
