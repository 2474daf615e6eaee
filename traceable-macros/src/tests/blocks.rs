//! Blocks: which methods are traced, and with which options.

use proc_macro2::TokenStream;
use quote::quote;

use super::{expanded, messages};

/// The methods of a block that the expansion traces.
fn traced(options: TokenStream, item: TokenStream) -> Vec<String> {
    let text = expanded(options, item);
    let mut last = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some((_, rest)) = line.split_once("fn ").filter(|(before, _)| !before.contains("//")) {
            last = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        }
        if line.contains("static __TRACEABLE_CALLSITE") {
            found.push(last.clone());
        }
    }
    found
}

fn agent() -> TokenStream {
    quote! {
        impl<const N: usize> Agent<{ N + 1 }> where Self: Sized {
            #![allow(dead_code)]
            const SIZE: usize = { 1 } + { N };
            type Output = [u8; { 1 }];
            some_macro! { fn hidden(&self) {} }
            some_macro!(fn hidden(&self) {});
            pub fn new() -> Self { BODY }
            pub const fn size(&self) -> usize { BODY }
            pub(crate) fn ask(&self, query: &str) -> Wrapper<{ N }> { BODY }
            async unsafe extern "C" fn answer(self: Box<Self>) -> u8 where { BODY }
            #[traceable(skip)]
            fn left_out(&self) { BODY }
            #[::traceable::traceable(name = "made")]
            fn made() { BODY }
        }
    }
}

#[test]
fn methods_with_a_receiver_are_traced_unless_something_else_is_said() {
    assert_eq!(traced(quote!(), agent()), ["ask", "answer", "made"]);
    assert_eq!(traced(quote!(except(ask)), agent()), ["answer", "made"]);
    assert_eq!(traced(quote!(methods(new, answer)), agent()), ["new", "answer", "made"]);
}

#[test]
fn everything_else_of_a_block_stays_as_it_is() {
    let text = expanded(quote!(methods(ask)), agent());
    for kept in [
        "impl<const N: usize> Agent<{ N + 1 }>",
        "#![allow(dead_code)]",
        "const SIZE: usize = { 1 } + { N };",
        "type Output = [u8; { 1 }];",
        "some_macro! {",
        "pub const fn size(&self) -> usize {",
        "fn left_out(&self) {",
    ] {
        assert!(text.contains(kept), "{kept} is missing in {text}");
    }
    assert!(!text.contains("traceable(skip)"), "{text}");
}

#[test]
fn default_methods_of_traits_are_traced() {
    let item = quote! {
        pub unsafe trait Answers<T>: Sized {
            fn without(&self) -> [u8; 2];
            fn with(&self) -> u8 { BODY }
        }
    };
    assert_eq!(traced(quote!(), item), ["with"]);
}

/// What is left of `options` for the method `ask` of a block, whose own are `own`.
fn merged(options: TokenStream, own: TokenStream) -> String {
    let block = quote!(impl A { #[traceable(#own)] fn ask(&self, query: u8, key: u8) { BODY } });
    let text = expanded(options, block);
    assert!(!text.contains("compile_error"), "{text}");
    let (_, site) = text.split_once("START,").expect("a site");
    let recorded = ["query", "key"].map(|name| text.contains(&format!("\"\\\"{name}\\\":\"")));
    let site: String = site.split(';').next().unwrap_or_default().split_whitespace().collect();
    format!("{site} {recorded:?} {}", text.matches("Call::metadata(").count())
}

#[test]
fn a_methods_own_option_replaces_the_blocks() {
    let base = merged(quote!(), quote!(run_type = "llm"));
    assert_eq!(merged(quote!(run_type = "tool"), quote!(run_type = "llm")), base);
    assert_eq!(merged(quote!(custom_run_type = "x"), quote!(run_type = "llm")), base);
    let rooted = merged(quote!(), quote!(root));
    assert_eq!(merged(quote!(parent = f::<A, B>(&self.run)), quote!(root)), rooted);
    assert_eq!(merged(quote!(root), quote!()), rooted);
}

#[test]
fn lists_add_up() {
    assert!(merged(quote!(tags = ["a"]), quote!(tags = ["b"])).contains(r#".tags(&["a","b"])"#));
    assert!(merged(quote!(skip(key)), quote!(skip(query))).contains("[false, false]"));
    assert!(merged(quote!(skip(key)), quote!(skip_all)).contains("[false, false]"));
    assert!(merged(quote!(skip(key)), quote!(debug(key))).contains("[true, true]"));
    assert!(merged(quote!(metadata(a = 1, "b" = 2)), quote!(metadata(b = 3, c = 4))).ends_with('3'));
}

#[test]
fn a_block_skips_arguments_where_they_are() {
    let item = || quote!(impl A { fn one(&self, key: u8) { BODY } fn other(&self) { BODY } });
    assert_eq!(traced(quote!(skip(key)), item()), ["one", "other"]);
    assert_eq!(messages(quote!(skip(kye)), item()), ["no argument named `kye` to skip, did you mean `key`?"]);
    // one that no traced method has would silently skip nothing
    assert_eq!(messages(quote!(methods(other), skip(key)), item()), ["no argument named `key` to skip"]);
}

#[test]
fn mistakes_of_a_block_are_said_once_and_with_those_of_its_methods() {
    let item = quote! {
        impl A {
            fn one(&self) { BODY }
            #[traceable(nmae = "x")]
            fn other(&self) { BODY }
        }
    };
    let messages = messages(quote!(run_tipe = "llm", name = "x", methods(on)), item.clone());
    assert_eq!(
        messages,
        [
            "unknown option `nmae`, did you mean `name`?",
            "unknown option `run_tipe`, did you mean `run_type`?",
            "no method named `on` in this block, did you mean `one`?",
            "`name` is for one function, not for a block: put `#[traceable(name ..)]` on the method",
        ]
    );
    let text = expanded(quote!(run_tipe = "llm"), item);
    assert!(text.contains("fn one(&self)") && !text.contains("CALLSITE") && !text.contains("#["), "{text}");
}

#[test]
fn a_method_that_is_named_must_be_traceable() {
    let of = |options, item| messages(options, item).join("; ");
    let constant = quote!(impl A { const fn size(&self) -> u8 { BODY } });
    assert!(of(quote!(methods(size)), constant.clone()).contains("`const fn`"));
    assert!(of(quote!(), constant).starts_with("nothing is traced here"));
    let no_body = quote!(
        trait A {
            fn run(&self);
        }
    );
    assert!(of(quote!(methods(run)), no_body.clone()).starts_with("`run` has no body"));
    assert!(of(quote!(), no_body).starts_with("nothing is traced here"));
}

#[test]
fn an_attribute_below_may_insist_on_async() {
    let item = |attribute: TokenStream| quote!(#attribute impl A for B { async fn run(&self) { BODY } });
    let below = expanded(quote!(), item(quote!(#[async_trait])));
    assert!(below.contains("async fn run") && below.contains(".await"), "{below}");
    let plain = expanded(quote!(), item(quote!(#[allow(dead_code)])));
    assert!(!plain.contains("async fn run"), "{plain}");
}
