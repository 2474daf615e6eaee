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

/// Blocks that call something of the program's own: it may be traced.
const MAY_BE_TRACED: &[&str] = &[
    "child(1).await",
    "crate::agents::child(1).await",
    "super::child::<u8, Vec<u8>>(1).await",
    "self.ask(question).await",
    "self.execute(query).await",
    "agent.answer(&question).await",
    "this.agent.answer(&question).await.unwrap()",
    "Agent::answer(&agent, question).await",
    "<A as Agent>::answer(&agent, question).await",
    "Agent::new().answer(question).await",
    "tx.send(child(1).await).await",
    "if let Some(x) = rx.recv().await { handle(x).await }",
    "while let Some(x) = rx.recv().await { tx.send(summarize(&x)).unwrap(); }",
    "for x in items { drop(child(x).await) }",
    "items.iter().map(|x| child(*x)).collect::<Vec<_>>()",
    "items.iter().map(child).for_each(drop)",
    "futures::future::join_all(items.into_iter().map(Self::child)).await",
    "tokio::time::timeout(limit, child(1)).await",
    "std::panic::catch_unwind(|| child(1))",
    "loop { interval.tick().await; refresh().await }",
    "println!(\"{}\", child(1))",
    "tokio::select! { x = child(1) => tx.send(x), _ = token.cancelled() => {} }",
    "match rx.recv() { Ok(x) => process(x), Err(_) => return }",
    "traceable::trace(\"block\").scope_async(|_| async {})",
    "let answer = { let _guard = lock.lock(); child(1) };",
    "my::mem::take(x)",
];

/// Blocks that call nothing that may be traced, or bring a context.
const IS_NOT_TRACED: &[&str] = &[
    "for x in 0..9 { tx.send(x).unwrap() }",
    "for x in items { if tx.send(x).await.is_err() { break } }",
    "tx.send(lines.next_line().await.unwrap().unwrap_or_default()).ok()",
    "drop(guard)",
    "std::mem::drop(guard)",
    "let _ = std::mem::take(&mut *shared.lock().unwrap());",
    "while let Some(x) = stream.next().await { tx.send(x).await.unwrap() }",
    "stream.for_each(|x| async move { tx.send(x).await.unwrap() }).await",
    "let all: Vec<_> = stream.collect().await; total.fetch_add(all.len(), Ordering::Relaxed);",
    "tokio::time::sleep(Duration::from_millis(10)).await; token.cancel()",
    "thread::sleep(Duration::from_secs(1)); flag.store(true, Ordering::Release)",
    "let id = traceable::current_run_tree().map(|run| run.id());",
    "let run = RunTree::current(); use_it(run)",
    "let mut set = JoinSet::new(); set.join_next().await",
    "let mut seen = HashSet::<u8>::with_capacity(8); seen.insert(1)",
    "let mut out: Vec<u8> = Vec::new(); reader.read_to_end(&mut out).await.unwrap(); writer.write_all(&out).await",
    "work.await.map_err(|e| e.to_string())",
    "future.await.unwrap_or_else(|e| panic!(\"{e}\"))",
    "barrier.wait(); counter.lock().unwrap().push(1)",
    "tracing::info!(\"{}\", x); log::logger().flush()",
    "let response = client.get(url).send().await?.error_for_status()?.text().await; tx.send(response)",
    "axum::serve(listener, router).await.unwrap()",
    "let mut child = Command::new(\"ls\").spawn_it; child.wait().await",
    "state.clone().lock().await.entry(key).or_insert_with(Vec::new).push(x)",
    "tokio::select! { _ = token.cancelled() => {}, Some(x) = rx.recv() => { tx.send(x).unwrap() } }",
    "message.open(|x| handle(x)).await",
    "message.open_async(move |x| handle(x)).await",
    "serde_json::to_string(&x).unwrap()",
    "let (tx, rx) = mpsc::channel(1); tx.send(1).await; rx.len()",
    "fs::write(path, text.as_bytes()).unwrap()",
    "xs.iter().map(ToString::to_string).map(String::from).collect::<Vec<_>>()",
    "traceable::flush(limit)",
    "self.sender.clone().send(self.len())",
];

#[test]
fn what_cannot_lead_to_a_traced_call_raises_no_warning() {
    let lost = |block: &str| of(&format!("tokio::spawn(async move {{ {block} }});"));
    let missed: Vec<_> = MAY_BE_TRACED.iter().filter(|block| lost(block) != ["tokio_spawn"]).collect();
    assert!(missed.is_empty(), "no warning of {missed:#?}");
    let in_vain: Vec<_> = IS_NOT_TRACED.iter().filter(|block| !lost(block).is_empty()).collect();
    assert!(in_vain.is_empty(), "warnings of {in_vain:#?}");
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
