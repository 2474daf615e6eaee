//! Arguments: what is recorded of them, and that they live and drop as in the plain function.

use std::cell::RefCell;
use std::fmt::{self, Display};
use std::rc::Rc;

use serde::Serialize;
use traceable::{traceable, RunTree};

use crate::support::{only, record, record_async};

type Log = Rc<RefCell<Vec<&'static str>>>;

struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

fn plain(_a: Noisy, _: Noisy, (_b, _): (Noisy, Noisy), c: Noisy, log: Log) {
    let _local = Noisy("local", log.clone());
    drop(c);
    log.borrow_mut().push("body");
}

#[traceable(skip_all)]
fn traced(_a: Noisy, _: Noisy, (_b, _): (Noisy, Noisy), c: Noisy, log: Log) {
    let _local = Noisy("local", log.clone());
    drop(c);
    log.borrow_mut().push("body");
}

#[traceable(skip_all)]
async fn traced_async(_a: Noisy, _: Noisy, (_b, _): (Noisy, Noisy), c: Noisy, log: Log) {
    let _local = Noisy("local", log.clone());
    drop(c);
    log.borrow_mut().push("body");
}

struct Owner {
    first: Noisy,
    _second: Noisy,
}

impl Owner {
    #[traceable(skip_all)]
    async fn partly(self, log: Log) {
        let first = self.first;
        log.borrow_mut().push("body");
        drop(first);
    }

    #[traceable(skip_all)]
    async fn unused(self, log: Log) {
        log.borrow_mut().push("body");
    }
}

fn drops<R>(run: impl FnOnce(&dyn Fn(&'static str) -> Noisy, Log) -> R) -> Vec<&'static str> {
    let log = Log::default();
    run(&|name| Noisy(name, log.clone()), log.clone());
    log.take()
}

#[test]
fn arguments_drop_as_in_the_plain_function() {
    let expected = drops(|n, log| plain(n("a"), n("wild"), (n("b"), n("rest")), n("c"), log));
    assert_eq!(expected, ["c", "body", "local", "b", "rest", "wild", "a"]);
    let (found, _) = record(|| drops(|n, log| traced(n("a"), n("wild"), (n("b"), n("rest")), n("c"), log)));
    assert_eq!(found, expected);
    let run = |n: &dyn Fn(&'static str) -> Noisy, log| {
        record_async(|| traced_async(n("a"), n("wild"), (n("b"), n("rest")), n("c"), log));
    };
    assert_eq!(drops(run), expected);
}

#[test]
fn arguments_of_a_future_that_is_never_polled_drop_in_their_order() {
    #[traceable(skip(_c), inputs(length = b.0.len()))]
    async fn traced(_a: Noisy, #[traceable(skip)] b: Noisy, _c: Noisy) {
        drop(b);
    }
    assert_eq!(drops(|n, _| drop(traced(n("a"), n("b"), n("c")))), ["a", "b", "c"]);
}

#[test]
fn an_owned_receiver_lives_as_long_as_the_body() {
    let run = |n: &dyn Fn(&'static str) -> Noisy, log| {
        record_async(|| Owner { first: n("first"), _second: n("second") }.partly(log));
    };
    assert_eq!(drops(run), ["body", "first", "second"]);
    let run = |n: &dyn Fn(&'static str) -> Noisy, log| {
        record_async(|| Owner { first: n("first"), _second: n("second") }.unused(log));
    };
    assert_eq!(drops(run), ["body", "first", "second"]);
}

#[derive(Serialize, Clone, Copy)]
struct Pair {
    left: u8,
    right: u8,
}

#[traceable]
fn patterns(
    (a, mut b): (u8, u8),
    Pair { left, right: other }: Pair,
    [first, rest @ ..]: [u8; 3],
    &c: &u8,
    ref d: u8,
    whole @ Pair { right, .. }: Pair,
) -> u8 {
    b += 1;
    a + b + left + other + first + rest[0] + c + *d + whole.left + right
}

#[traceable]
fn unnamed(_hidden: u8, _: u8, r#type: u8) -> u8 {
    r#type
}

#[traceable(inputs(total = a + b, _hidden, "text" = format!("{c}")))]
fn fields((a, b): (u8, u8), _hidden: u8, c: u8) {}

struct Opaque;

impl Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("opaque")
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque!")
    }
}

#[traceable(skip(a), debug(b), display(c))]
fn modes(a: Opaque, b: Opaque, c: &Opaque) {
    let _ = (a, b, c);
}

#[traceable]
fn conditional(#[cfg(any())] a: Missing, #[cfg(not(any()))] a: u8, #[expect(unused_variables)] b: u8) -> u8 {
    a
}

#[traceable(skip_all, inputs(length = text.len()))]
fn only_fields(text: String) -> String {
    text
}

#[traceable]
fn filled_in(x: u8, #[run_tree] mut run: RunTree) -> u8 {
    run = run.clone();
    drop(run);
    x
}

#[test]
fn every_name_of_a_pattern_is_an_input() {
    let pair = Pair { left: 1, right: 2 };
    let (value, recorder) = record(|| patterns((1, 2), pair, [3, 4, 5], &6, 7, pair));
    assert_eq!(value, 1 + 3 + 1 + 2 + 3 + 4 + 6 + 7 + 1 + 2);
    let inputs = serde_json::json!({
        "a": 1, "b": 2, "left": 1, "other": 2, "first": 3, "rest": [4, 5], "c": 6, "d": 7,
        "whole": {"left": 1, "right": 2}, "right": 2,
    });
    assert_eq!(recorder.run("patterns").inputs, inputs);
}

#[test]
fn names_with_an_underscore_are_not_recorded_unless_named() {
    assert_eq!(only(&record(|| unnamed(1, 2, 3)).1), r#"{"type":3} -> {"output":3}"#);
    let (_, recorder) = record(|| fields((1, 2), 3, 4));
    let inputs = serde_json::json!({"a": 1, "b": 2, "c": 4, "total": 3, "_hidden": 3, "text": "4"});
    assert_eq!(recorder.run("fields").inputs, inputs);
}

#[test]
fn arguments_are_skipped_or_recorded_by_their_text() {
    assert_eq!(
        only(&record(|| modes(Opaque, Opaque, &Opaque)).1),
        r#"{"b":"Opaque!","c":"opaque"} -> {"output":null}"#
    );
    assert_eq!(only(&record(|| conditional(1, 2)).1), r#"{"a":1,"b":2} -> {"output":1}"#);
    assert_eq!(only(&record(|| only_fields("abc".to_owned())).1), r#"{"length":3} -> {"output":"abc"}"#);
}

#[test]
fn the_run_tree_is_filled_in() {
    let as_pointer: fn(u8) -> u8 = filled_in;
    assert_eq!(only(&record(|| as_pointer(1)).1), r#"{"x":1} -> {"output":1}"#);
}
