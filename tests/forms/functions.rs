//! Plain functions.

use std::num::ParseIntError;

use serde::Serialize;
use traceable::traceable;

use crate::support::{only, record};

#[traceable]
fn plain(x: i32, text: &str) -> String {
    format!("{text}{x}")
}

#[traceable]
fn unit() {}

#[traceable]
fn early(text: &str) -> Result<i32, ParseIntError> {
    let number: i32 = text.parse()?;
    if number > 9 {
        return Ok(9);
    }
    Ok(number)
}

type Alias<T> = std::result::Result<T, String>;

#[traceable]
fn aliased(fails: bool) -> Alias<u8> {
    if fails {
        Err("no".to_owned())
    } else {
        Ok(1)
    }
}

#[traceable]
#[allow(clippy::multiple_bound_locations, reason = "both places are tried")]
fn generic<T: Serialize + Default, const N: usize>(
    #[traceable(skip)] items: [T; N],
    #[traceable(skip)] by: impl Fn(T) -> T,
) -> T
where
    T: Clone,
{
    by(items.into_iter().next().unwrap_or_default())
}

#[traceable(skip(by))]
fn generic_skipped<'a, T: Serialize + ?Sized>(value: &'a T, by: impl Fn(&'a T) -> &'a T) -> &'a T {
    by(value)
}

#[traceable]
unsafe fn raw(pointer: usize) -> u8 {
    // SAFETY: the caller passes the address of a live `u8`
    unsafe { *(pointer as *const u8) }
}

#[traceable]
extern "C" fn foreign(x: u8) -> u8 {
    x
}

#[traceable]
fn diverges(message: &str) -> ! {
    panic!("{message}")
}

#[traceable]
fn inner_attributes(x: u8) -> u8 {
    #![allow(unused_mut, clippy::let_and_return)]
    let mut y = x;
    y
}

type Shadowed = String;

#[traceable]
fn shadows() -> Shadowed {
    #[allow(dead_code)]
    struct Shadowed;
    String::new()
}

// on one line, where needless braces would be seen
#[traceable]
#[rustfmt::skip]
fn one_expression() -> u8 { 1 }

#[traceable]
fn fibonacci(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        fibonacci(n - 1) + fibonacci(n - 2)
    }
}

#[test]
fn values_inputs_and_outputs() {
    let (value, recorder) = record(|| plain(1, "a"));
    assert_eq!(value, "a1");
    assert_eq!(only(&recorder), r#"{"text":"a","x":1} -> {"output":"a1"}"#);

    let ((), recorder) = record(unit);
    assert_eq!(only(&recorder), r#"{} -> {"output":null}"#);
}

#[test]
fn results_are_seen_through_aliases() {
    assert_eq!(only(&record(|| early("12")).1), r#"{"text":"12"} -> {"output":9}"#);
    assert_eq!(only(&record(|| early("x")).1), r#"{"text":"x"} -> error: invalid digit found in string"#);
    assert_eq!(only(&record(|| aliased(false)).1), r#"{"fails":false} -> {"output":1}"#);
    assert_eq!(only(&record(|| aliased(true)).1), r#"{"fails":true} -> error: no"#);
}

#[test]
fn generic_functions() {
    let (value, recorder) = record(|| generic_skipped("a", |text| text));
    assert_eq!(value, "a");
    assert_eq!(only(&recorder), r#"{"value":"a"} -> {"output":"a"}"#);
    let (value, recorder) = record(|| generic([1, 2], |x| x + 1));
    assert_eq!(value, 2);
    assert_eq!(only(&recorder), r#"{} -> {"output":2}"#);
}

#[test]
fn unsafe_and_foreign_functions() {
    let byte = 7_u8;
    // SAFETY: `byte` lives
    let (value, _) = record(|| unsafe { raw(&raw const byte as usize) });
    assert_eq!(value, 7);
    assert_eq!(only(&record(|| foreign(3)).1), r#"{"x":3} -> {"output":3}"#);
    let _: extern "C" fn(u8) -> u8 = foreign;
}

#[test]
fn a_function_that_never_returns_ends_by_its_panic() {
    let (result, recorder) = record(|| std::panic::catch_unwind(|| diverges("gone")));
    assert!(result.is_err());
    assert!(recorder.run("diverges").error.is_some_and(|error| error.contains("gone")));
}

#[test]
fn bodies_with_items_and_attributes() {
    assert_eq!(record(|| inner_attributes(1)).0, 1);
    assert_eq!(record(shadows).0, "");
    assert_eq!(record(one_expression).0, 1);
}

#[test]
fn recursion_nests() {
    let (value, recorder) = record(|| fibonacci(3));
    assert_eq!(value, 2);
    traceable::assert_tree!(recorder.forest(), "fibonacci > (fibonacci > (fibonacci, fibonacci), fibonacci)");
}
