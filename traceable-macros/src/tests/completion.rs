//! The expansion for editors. `.ci/completion.py` tests with rust-analyzer itself that it completes the options.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::completion::Reader;
use crate::options::OPTIONS;

fn in_editor(options: &str, item: TokenStream) -> TokenStream {
    let options = options.parse().expect("tokens");
    crate::attribute(options, item, Reader::Editor)
}

fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    tokens
        .into_iter()
        .flat_map(|token| match &token {
            TokenTree::Group(group) => flat(group.stream()),
            _ => vec![token],
        })
        .collect()
}

/// The words before `as _`, with the columns they were written at.
fn keys(options: &str, item: TokenStream) -> Vec<(String, usize)> {
    let tokens = flat(in_editor(options, item));
    let is = |token: &TokenTree, text| token.to_string() == text;
    tokens
        .windows(3)
        .filter(|three| is(&three[1], "as") && is(&three[2], "_"))
        .map(|three| (three[0].to_string(), three[0].span().start().column))
        .collect()
}

#[test]
fn keys_are_the_users_own_tokens_also_where_they_are_half_written() {
    let item = || {
        quote!(
            fn f(query: u8) {
                BODY
            }
        )
    };
    let found = |options| keys(options, item());
    let at = |name: &str, column| (name.to_owned(), column);
    assert_eq!(found("na"), [at("na", 0)]);
    assert_eq!(found(r#"name = "x", ru"#), [at("name", 0), at("ru", 12)]);
    assert_eq!(found("name = , ru"), [at("name", 0), at("ru", 9)]);
    assert_eq!(found("handled = f::<A, B>, sk"), [at("handled", 0), at("sk", 21)]);
    assert_eq!(found("crate = p, root"), [at("root", 11)]);
    let block = quote!(impl A { fn f(&self) { BODY } });
    assert_eq!(keys("me", block), [at("me", 0)]);
}

#[test]
fn arguments_that_options_name_are_used() {
    let text = in_editor(
        "skip(query), debug(qu)",
        quote!(
            fn f(query: u8) {
                BODY
            }
        ),
    )
    .to_string();
    assert!(text.contains("let _ = & query ;") && text.contains("let _ = & qu ;"), "{text}");
}

#[test]
fn what_stands_before_the_keys_does_not_depend_on_mistakes() {
    let before = |options| {
        let item = quote!(
            async fn f((a, _): (u8, u8), #[run_tree] rt: RunTree) -> u8 {
                BODY
            }
        );
        let text = in_editor(options, item).to_string();
        text.split_once("use self").map(|(before, _)| before.to_owned()).expect("keys")
    };
    assert_eq!(before("name"), before(r#"name = "x""#));
    assert_eq!(before("skip(b)"), before(""));
}

#[test]
fn the_compiler_gets_none_of_it() {
    let options: TokenStream = "name = \"x\"".parse().expect("tokens");
    let text = crate::attribute(
        options,
        quote!(
            fn f() {
                BODY
            }
        ),
        Reader::Compiler,
    )
    .to_string();
    assert!(!text.contains("options"), "{text}");
}

#[test]
fn every_option_has_an_item_with_documentation() {
    let file: syn::File = syn::parse_str(include_str!("../../../src/completion_options.rs")).expect("a file");
    let constants = |module: &str| -> Vec<(String, usize)> {
        let items = file.items.iter().find_map(|item| match item {
            syn::Item::Mod(found) if found.ident == module => found.content.as_ref().map(|(_, items)| items),
            _ => None,
        });
        let constants = items.into_iter().flatten().filter_map(|item| match item {
            syn::Item::Const(item) => Some((item.ident.to_string(), item.attrs.len())),
            _ => None,
        });
        constants.collect()
    };
    let function = constants("function");
    let names: Vec<_> = function.iter().map(|(name, _)| name.as_str()).collect();
    // `crate` cannot be the name of an item
    let known: Vec<_> = OPTIONS.iter().copied().filter(|name| *name != "crate").collect();
    assert_eq!(names, known);
    assert_eq!(constants("block").iter().map(|(name, _)| name).collect::<Vec<_>>(), ["methods", "except"]);
    assert!(function.iter().chain(&constants("block")).all(|(_, docs)| *docs == 1));
}

#[test]
fn documentation_shows_a_function_as_it_is_written() {
    let options = quote!(name = "x", skip(text));
    let item = quote! {
        #[doc = " Asks."]
        pub async fn ask(text: &str, #[run_tree] run: RunTree) -> String { BODY }
    };
    let shown = crate::attribute(options, item, Reader::Documentation).to_string();
    assert!(
        shown.starts_with(&quote!(#[doc = " Asks."] pub async fn ask(text: &str) -> String).to_string()),
        "{shown}"
    );
    assert!(!shown.contains("__private"), "{shown}");
}
