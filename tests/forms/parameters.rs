//! What may stand on a parameter: documentation, conditions, lints, and what other attributes left for themselves.

use traceable::{assert_tree, traceable};

use crate::support::{only, record, record_async};

/// Documentation on parameters, which the compiler refuses elsewhere, is for the reader of the code.
#[traceable]
fn documented(
    /// how often
    times: usize,
    #[doc = "what is repeated"] text: &str,
) -> String {
    text.repeat(times)
}

#[traceable]
async fn documented_later(
    /** how often */
    times: usize,
    /// told apart by position
    (text, _): (String, u8),
) -> String {
    documented(times, &text)
}

#[traceable]
async fn conditional(
    #[cfg(any())] a: Missing,
    #[cfg(not(any()))] a: u8,
    #[cfg_attr(any(), missing)] b: u8,
) -> u8 {
    a + b
}

#[traceable(inputs(sum = a + b), metadata(left = a))]
fn conditional_options(#[cfg(not(any()))] a: u8, #[cfg(not(any()))] (b, _): (u8, u8)) -> u8 {
    a + b
}

#[traceable]
fn linted(
    #[allow(unused_variables)] a: u8,
    #[allow(unused_mut)] mut b: u8,
    #[expect(unused_mut)] mut c: u8,
) -> u8 {
    b + c
}

#[test]
fn documentation() {
    let (value, recorder) = record_async(|| documented_later(2, ("ab".to_owned(), 0)));
    assert_eq!(value, "abab");
    assert_tree!(recorder.forest(), "documented_later > documented");
    assert_eq!(recorder.run("documented_later").inputs, serde_json::json!({"text": "ab", "times": 2}));
}

#[test]
fn conditions() {
    assert_eq!(only(&record_async(|| conditional(1, 2)).1), r#"{"a":1,"b":2} -> {"output":3}"#);
    let (_, recorder) = record(|| conditional_options(1, (2, 3)));
    assert_eq!(recorder.run("conditional_options").metadata["left"], 1);
    assert_eq!(recorder.run("conditional_options").inputs, serde_json::json!({"a": 1, "b": 2, "sum": 3}));
}

#[test]
fn lints() {
    assert_eq!(only(&record(|| linted(1, 2, 3)).1), r#"{"a":1,"b":2,"c":3} -> {"output":5}"#);
}
