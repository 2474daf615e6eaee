//! Which calls the lint warns of, and that it searches any tokens without a panic.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use crate::lint::lost_context;

/// The warnings that a body gets, in order.
fn warnings(body: TokenStream) -> Vec<String> {
    let printed: syn::File =
        syn::parse2(lost_context::warnings(&body, &quote!(p))).expect("items are printed");
    let warning = |item: syn::Item| match item {
        syn::Item::Const(item) => match *item.expr {
            syn::Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        },
        _ => None,
    };
    printed.items.into_iter().map(|item| warning(item).expect("a constant with a path")).collect()
}

#[track_caller]
fn of(body: &str) -> Vec<String> {
    warnings(TokenStream::from_str(body).expect("tokens"))
}

#[test]
fn every_path_of_the_list_is_found() {
    for (path, warning) in [
        ("tokio::spawn", "tokio_spawn"),
        ("::tokio::spawn", "tokio_spawn"),
        ("tokio::task::spawn", "tokio_spawn"),
        ("tokio::task::spawn_local", "tokio_spawn_local"),
    ] {
        assert_eq!(of(&format!("let a = {path}(async {{ f() }});")), [warning]);
        assert_eq!(of(&format!("{path}(async move {{ f().await }}.instrument(span))")), [warning]);
        assert!(of(&format!("{path}(f())")).is_empty(), "a call");
        assert!(of(&format!("{path}(future)")).is_empty(), "a value");
        assert!(of(&format!("{path}(async {{ future.await }})")).is_empty(), "made elsewhere");
        assert!(of(&format!("{path}(async {{ f().await }}.in_current_run())")).is_empty());
        assert!(of(&format!("{path}(async {{ f().with_parent(&run).await }})")).is_empty());
        assert!(of(&format!("{path}(task, async {{ Extra::new() }})")).is_empty());
    }
    for (path, warning) in [
        ("tokio::task::spawn_blocking", "tokio_spawn_blocking"),
        ("std::thread::spawn", "std_thread_spawn"),
        ("rayon::spawn", "rayon_spawn"),
        ("rayon::join", "rayon_join"),
        ("rayon::scope", "rayon_scope"),
    ] {
        assert_eq!(of(&format!("{path}(|| f())")), [warning]);
        assert_eq!(of(&format!("{path}(move |scope| {{ g(1); }}).join()")), [warning]);
        assert_eq!(of(&format!("{path}(bind(f), || f())")), [warning], "one of two");
        assert!(of(&format!("{path}(f)")).is_empty(), "a value");
        assert!(of(&format!("{path}(bind(|| f()))")).is_empty());
        assert!(of(&format!("{path}(traceable::bind(move || f()))")).is_empty());
        assert!(of(&format!("{path}(move || run.scope(|| f()))")).is_empty());
        assert!(of(&format!("{path}(|| Some(1))")).is_empty(), "nothing is called");
    }
}

#[test]
fn names_that_may_be_something_else_are_let_pass() {
    for text in [
        "spawn(async { f() })",
        "task::spawn(async { f() })",
        "thread::spawn(|| f())",
        "traceable::task::spawn(async { f() })",
        "traceable::thread::spawn(|| f())",
        "crate::tokio::spawn(async { f() })",
        "<T>::tokio::spawn(async { f() })",
        "set.spawn(async { f() })",
        "x.tokio::spawn(async { f() })",
        "tokio::spawn!(async { f() })",
        "tokio::spawn[async { f() }]",
        "\"tokio::spawn(async { f() })\"",
    ] {
        assert_eq!(of(text), [""; 0], "{text}");
    }
}

#[test]
fn what_does_not_run_in_the_body_is_skipped_and_the_rest_is_not() {
    const LOST: &str = "std::thread::spawn(|| f());";
    for skipped in [
        "fn g() { LOST }",
        "async fn g<const N: usize>(a: A<{ N }>) -> [u8; { N }] where A<{ N }>: B { LOST }",
        "mod m { LOST }",
        "macro_rules! m { () => { LOST } }",
        "quote::quote! { LOST }",
        "#[cfg(windows)] LOST",
        "#[doc = stringify!(LOST)]",
        "detached(|| { LOST });",
        "trait T { fn g(&self); }",
    ] {
        let body = skipped.replace("LOST", LOST);
        assert_eq!(of(&body), [""; 0], "{body}");
        assert_eq!(of(&format!("{body} {LOST}")), ["std_thread_spawn"], "{body}");
    }
    for searched in ["if a { LOST }", "g(|| { LOST });", "vec![LOST]", "tokio::select! { a = b => { LOST } }"]
    {
        let body = searched.replace("LOST", LOST);
        assert_eq!(of(&body), ["std_thread_spawn"], "{body}");
    }
    // one in the other is two
    assert_eq!(of("tokio::spawn(async { tokio::spawn(async { f() }) })"), ["tokio_spawn"; 2]);
}

/// Tokens drawn from what the search looks at, in any order.
struct Draw(u64);

impl Draw {
    fn number(&mut self, below: usize) -> usize {
        // xorshift: the same streams in every run
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }

    fn stream(&mut self, depth: usize) -> TokenStream {
        (0..self.number(9)).flat_map(|_| self.tokens(depth)).collect()
    }

    fn tokens(&mut self, depth: usize) -> TokenStream {
        const PARTS: &[&str] = &[
            "tokio::spawn",
            "tokio::task::spawn",
            "std::thread::spawn",
            "rayon::join",
            "tokio",
            "::",
            "spawn",
            "async",
            "move",
            "fn g",
            "fn",
            "mod m",
            "macro_rules! m",
            "quote!",
            "vec!",
            "detached",
            "in_current_run",
            "#",
            "|",
            "||",
            ",",
            ";",
            "!",
            ".",
            "f",
            "f()",
            "<",
            ">",
            "=>",
            "'a",
            "\"text\"",
            "1.5",
        ];
        match self.number(5) {
            0 | 1 if depth > 0 => {
                let delimiters =
                    [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
                let delimiter = delimiters[self.number(delimiters.len())];
                TokenTree::Group(Group::new(delimiter, self.stream(depth - 1))).into()
            }
            // the ends of a path and of a statement, without what belongs to them
            2 => TokenTree::Punct(Punct::new([':', '#', '|', '\''][self.number(3)], Spacing::Joint)).into(),
            3 if self.number(4) == 0 => TokenTree::Ident(Ident::new_raw("fn", Span::call_site())).into(),
            3 if self.number(4) == 0 => TokenTree::Literal(Literal::string("spawn(")).into(),
            4 if depth > 0 && self.number(2) == 0 => {
                let inner = self.stream(depth - 1);
                quote!(std::thread::spawn(move || { f(); #inner }))
            }
            _ => TokenStream::from_str(PARTS[self.number(PARTS.len())]).expect("tokens"),
        }
    }
}

#[test]
fn random_tokens_are_searched_without_panic_and_as_their_surroundings_say() {
    let (mut draw, mut found) = (Draw(0x7261_6e64_6f6d), 0);
    for _ in 0..3_000 {
        let tokens = draw.stream(4);
        let alone = warnings(tokens.clone());
        found += alone.len();
        assert_eq!(warnings(quote!(if a { #tokens } else { 1 })), alone, "{tokens}");
        assert_eq!(warnings(quote!(let a = vec![#tokens];)), alone, "{tokens}");
        for skipped in [
            quote!(fn g() { #tokens }),
            quote!(mod m { #tokens }),
            quote!(quote! { #tokens }),
            quote!(detached(#tokens)),
            quote!(#[doc(#tokens)]),
        ] {
            assert_eq!(warnings(skipped), [""; 0], "{tokens}");
        }
    }
    assert!(found > 100, "the streams must have something in them: {found}");
}
