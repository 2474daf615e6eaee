//! The attribute on token streams: expansions and messages.

mod blocks;
mod completion;
mod expansion_of_functions;
mod expansion_of_generators;
mod lost_context;
mod mistakes;
mod option_expressions;
mod return_types;

use proc_macro2::{TokenStream, TokenTree};

/// The expansion that the compiler gets.
fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    crate::attribute(options, item, crate::completion::Reader::Compiler)
}

/// The expansion, formatted.
fn expanded(options: TokenStream, item: TokenStream) -> String {
    let tokens = attribute(options, item);
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error}: {tokens}"),
    }
}

/// Compares an expansion with what is expected.
#[track_caller]
fn check(found: &str, expected: &str) {
    assert!(found.trim() == expected.trim(), "found:\n{found}\nexpected:\n{expected}");
}

/// The messages of an expansion.
fn messages(options: TokenStream, item: TokenStream) -> Vec<String> {
    fn collect(tokens: TokenStream, into: &mut Vec<String>) {
        let mut is_error = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => is_error = ident == "compile_error",
                TokenTree::Group(group) if is_error => {
                    if let Ok(text) = syn::parse2::<syn::LitStr>(group.stream()) {
                        into.push(text.value());
                    }
                    is_error = false;
                }
                TokenTree::Group(group) => collect(group.stream(), into),
                _ => {}
            }
        }
    }
    let mut messages = Vec::new();
    collect(attribute(options, item), &mut messages);
    messages
}
