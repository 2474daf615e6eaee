//! What the future of an `async fn` borrows: every place where a lifetime may be left out, and those that are named.

use std::borrow::Cow;
use std::future::Future;

use traceable::traceable;

use crate::support::{only, record_async};

struct Agent<'a>(&'a str);

impl<'a> Agent<'a> {
    #[traceable]
    async fn ask(&self, text: &str) -> usize {
        self.0.len() + text.len()
    }

    #[traceable]
    async fn name(&self, text: &str) -> &str {
        if text.is_empty() {
            self.0
        } else {
            "other"
        }
    }

    #[traceable]
    async fn of_the_agent(&self, _text: &str) -> &'a str {
        self.0
    }

    #[traceable]
    async fn finish(self, rest: &mut Vec<&'a str>) -> usize {
        rest.push(self.0);
        rest.len()
    }
}

#[traceable]
async fn back(text: &str) -> &str {
    text
}

#[traceable]
async fn mixed<'x>(
    first: &'x str,
    cow: Cow<'_, str>,
    pair: (&str, Option<&u8>),
    (a, b): (&str, &str),
) -> &'x str {
    if cow.len() + pair.0.len() + a.len() + b.len() == 0 {
        ""
    } else {
        first
    }
}

#[traceable(skip(items, function))]
async fn nested(
    items: impl Iterator<Item = &str>,
    function: &dyn Fn(&str) -> usize,
    r#type: &[&str],
) -> usize {
    items.map(function).sum::<usize>() + r#type.len()
}

#[traceable]
async fn generic<T: serde::Serialize + ?Sized, const N: usize>(value: &T, _numbers: &[u8; N]) -> usize {
    let _ = value;
    N
}

#[traceable]
async fn one(text: &str) -> usize {
    text.len()
}

trait Tool {
    fn run(&self, text: &str) -> impl Future<Output = usize> + Send;

    #[allow(async_fn_in_trait, reason = "as users write it")]
    #[traceable]
    async fn twice(&self, text: &str, more: &[&str]) -> usize {
        self.run(text).await + self.run(text).await + more.len()
    }
}

struct Counter;

impl Tool for Counter {
    #[traceable]
    async fn run(&self, text: &str) -> usize {
        text.len()
    }
}

struct Other;

impl Tool for Other {
    async fn run(&self, text: &str) -> usize {
        text.len()
    }

    async fn twice(&self, text: &str, more: &[&str]) -> usize {
        text.len() + more.len()
    }
}

/// A bound that only a function without a lifetime of its own in the way meets.
async fn call<F: AsyncFn(&str) -> usize>(function: F) -> usize {
    let text = String::from("abc");
    function(&text).await
}

/// Arguments whose names differ in case alone, end in numbers, or are keywords in small letters.
#[traceable]
#[allow(non_snake_case)]
async fn alike(A: &str, a: (&str, &str), a1: &str, TYPE: &str, STATIC: &str) -> usize {
    A.len() + a.0.len() + a.1.len() + a1.len() + TYPE.len() + STATIC.len()
}

fn is_send(_: &impl Send) {}

#[test]
fn futures_borrow_what_they_are_given() {
    let name = String::from("name");
    let (lent, recorder) = record_async(async || Agent(&name).of_the_agent("x").await);
    assert_eq!((lent, only(&recorder)), ("name", r#"{} -> {"output":"name"}"#.to_owned()));

    let (value, recorder) = record_async(async || mixed("a", "b".into(), ("c", Some(&1)), ("d", "e")).await);
    assert_eq!(value, "a");
    let inputs = r#"{"a":"d","b":"e","cow":"b","first":"a","pair":["c",1]} -> {"output":"a"}"#;
    assert_eq!(only(&recorder), inputs);

    let (value, recorder) = record_async(async || nested(["ab", "c"].into_iter(), &str::len, &["d"]).await);
    assert_eq!((value, only(&recorder)), (4, r#"{"type":["d"]} -> {"output":4}"#.to_owned()));
}

#[test]
fn they_go_where_those_of_plain_functions_go() {
    futures::executor::block_on(async {
        let agent = Agent("abc");
        is_send(&agent.ask("x"));
        is_send(&Counter.run("x"));
        assert_eq!(agent.ask("de").await, 5);
        assert_eq!(agent.name("").await, "abc");
        assert_eq!(back("x").await, "x");
        assert_eq!(call(one).await, 3);
        assert_eq!(generic::<str, 2>("x", &[1, 2]).await, 2);
        assert_eq!(agent.finish(&mut vec!["x"]).await, 2);
        assert_eq!(alike("a", ("b", "c"), "d", "e", "f").await, 6);
        assert_eq!((Counter.twice("ab", &["c"]).await, Other.twice("ab", &["c"]).await), (5, 3));
    });
}
