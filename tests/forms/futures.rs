//! `async fn`, and functions that return futures.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use futures::future::{BoxFuture, LocalBoxFuture};
use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

#[traceable]
async fn number(x: i32, mut text: String) -> Result<i32, std::num::ParseIntError> {
    text.push_str(&x.to_string());
    let parsed = text.parse()?;
    Ok(parsed)
}

#[traceable]
async fn unit() {}

#[traceable]
async fn borrows(a: &str, _b: &str) -> String {
    a.to_owned()
}

#[traceable]
async fn elided(text: &str) -> &str {
    text.trim()
}

#[traceable]
async fn forever() -> ! {
    loop {
        std::future::pending::<()>().await;
    }
}

#[traceable(skip_output)]
async fn uninhabited(x: i32) -> Infallible {
    panic!("{x}")
}

type Shadowed = String;

#[traceable]
async fn shadows(empty: bool) -> Shadowed {
    #[allow(dead_code)]
    struct Shadowed;
    if empty {
        return String::new();
    }
    "a".into()
}

#[traceable]
fn opaque(x: i32) -> impl Future<Output = i32> {
    let doubled = x * 2;
    async move { doubled }
}

#[traceable]
fn pinned(x: i32) -> Pin<Box<dyn Future<Output = i32> + Send>> {
    let inner = opaque(x);
    Box::pin(async move { inner.await + 1 })
}

#[traceable]
fn forwarded(x: i32) -> Pin<Box<dyn Future<Output = i32> + Send>> {
    Box::pin(opaque(x))
}

#[traceable]
fn boxed(x: &i32) -> BoxFuture<'_, Result<i32, String>> {
    Box::pin(async move {
        if *x > 0 {
            Ok(*x)
        } else {
            Err("negative".to_owned())
        }
    })
}

#[traceable]
fn local(x: i32) -> LocalBoxFuture<'static, i32> {
    Box::pin(async move { x })
}

type Hidden = Pin<Box<dyn Future<Output = i32>>>;

#[traceable(future)]
fn aliased(x: i32) -> Hidden {
    Box::pin(async move { x })
}

#[traceable]
fn checked(x: i32) -> Result<impl Future<Output = i32>, String> {
    if x < 0 {
        return Err("negative".to_owned());
    }
    Ok(async move { x })
}

#[traceable]
fn inferred() -> impl Future<Output = Vec<u8>> {
    std::future::ready(Default::default())
}

#[traceable]
async fn recursive(n: u32) -> u32 {
    if n == 0 {
        0
    } else {
        1 + Box::pin(recursive(n - 1)).await
    }
}

#[must_use]
#[traceable]
async fn must_use() -> i32 {
    1
}

#[test]
fn async_functions() {
    let (value, recorder) = record_async(|| number(1, "2".to_owned()));
    assert_eq!(value, Ok(21));
    assert_eq!(only(&recorder), r#"{"text":"2","x":1} -> {"output":21}"#);
    let (_, recorder) = record_async(|| number(1, "x".to_owned()));
    assert_eq!(only(&recorder), r#"{"text":"x","x":1} -> error: invalid digit found in string"#);
    assert_eq!(only(&record_async(unit).1), r#"{} -> {"output":null}"#);
    assert_eq!(only(&record_async(|| borrows("a", "b")).1), r#"{"a":"a"} -> {"output":"a"}"#);
    assert_eq!(only(&record_async(|| elided(" a ")).1), r#"{"text":" a "} -> {"output":"a"}"#);
    assert_eq!(record_async(|| shadows(false)).0, "a");
    assert_eq!(record_async(must_use).0, 1);
    drop((forever(), uninhabited(1)));
}

#[test]
fn futures_that_are_returned() {
    assert_eq!(only(&record_async(|| opaque(2)).1), r#"{"x":2} -> {"output":4}"#);
    let (value, recorder) = record_async(|| pinned(2));
    assert_eq!(value, 5);
    assert_tree!(recorder.forest(), "pinned > opaque");
    let (value, recorder) = record_async(|| forwarded(2));
    assert_eq!(value, 4);
    assert_tree!(recorder.forest(), "forwarded > opaque");
    assert_eq!(only(&record_async(|| boxed(&1)).1), r#"{"x":1} -> {"output":1}"#);
    assert_eq!(only(&record_async(|| boxed(&-1)).1), r#"{"x":-1} -> error: negative"#);
    assert_eq!(only(&record_async(|| local(1)).1), r#"{"x":1} -> {"output":1}"#);
    assert_eq!(only(&record_async(|| aliased(1)).1), r#"{"x":1} -> {"output":1}"#);
    assert_eq!(only(&record_async(inferred).1), r#"{} -> {"output":[]}"#);
}

#[test]
fn a_future_in_a_result() {
    let (_, recorder) = record(|| checked(-1).map(|_| ()));
    assert_eq!(only(&recorder), r#"{"x":-1} -> error: negative"#);
    let (value, recorder) = record_async(|| checked(1).unwrap());
    assert_eq!(value, 1);
    assert_eq!(only(&recorder), r#"{"x":1} -> {"output":1}"#);
}

#[test]
fn async_recursion_nests() {
    let (value, recorder) = record_async(|| recursive(2));
    assert_eq!(value, 2);
    assert_tree!(recorder.forest(), "recursive > recursive > recursive");
}
