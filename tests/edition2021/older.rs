//! What edition 2021 allows and edition 2024 does not, and what it captures less of.

#![deny(warnings)]
#![allow(unsafe_op_in_unsafe_fn, reason = "the edition does")]

use std::future::Future;

use traceable::testing::Recorder;
use traceable::{assert_tree, traceable};

/// `gen` is a keyword since 2024.
#[traceable]
fn gen(gen: u8) -> u8 {
    gen
}

/// The body of an unsafe function is an unsafe block.
#[traceable(skip_all)]
unsafe fn first(items: *const u8) -> u8 {
    gen(*items)
}

#[traceable(skip_all)]
async unsafe fn first_later(items: *const u8) -> u8 {
    gen(*items)
}

/// An `impl` of the user's captures no lifetime that is not named.
#[traceable]
fn leaves_the_argument(text: &str) -> impl Future<Output = usize> {
    let length = text.len();
    async move { length }
}

#[traceable]
fn counts(text: &str) -> impl Iterator<Item = usize> {
    0..text.len()
}

/// An `async fn` captures all of them, as it always did.
#[traceable]
async fn two(a: &str, b: &str) -> usize {
    tokio::task::yield_now().await;
    a.len() + b.len()
}

struct Pair<'a>(&'a str);

impl Pair<'_> {
    #[traceable]
    async fn after(&self, other: &str) -> impl Iterator<Item = char> {
        other.chars().chain(self.0.chars())
    }
}

#[test]
fn names_and_unsafe_bodies() {
    let recorder = Recorder::new();
    let items = [7];
    // SAFETY: the item lives
    assert_eq!(recorder.scoped(|| unsafe { first(items.as_ptr()) }), 7);
    // SAFETY: the item lives
    assert_eq!(recorder.scoped(|| futures::executor::block_on(unsafe { first_later(items.as_ptr()) })), 7);
    assert_tree!(recorder.forest(), "first > gen; first_later > gen");
    assert_eq!(recorder.runs()[1].inputs, serde_json::json!({"gen": 7}));
}

#[test]
fn lifetimes() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let (length, count) = {
            let text = "abc".to_owned();
            (leaves_the_argument(&text), counts(&text))
        };
        assert_eq!((futures::executor::block_on(length), count.count()), (3, 3));
        assert_eq!(futures::executor::block_on(two("a", "bc")), 3);
        let pair = Pair("a");
        assert_eq!(futures::executor::block_on(pair.after("bc")).collect::<String>(), "bca");
    });
    assert_tree!(recorder.forest(), "leaves_the_argument; counts; two; after");
}
