//! What a signature could say better.

#[cfg(feature = "traced")]
use traceable::traceable;

#[cfg_attr(feature = "traced", traceable)]
pub fn undocumented_result(x: u8) -> Result<u8, String> {
    if x > 1 { Err("large".to_owned()) } else { Ok(x) }
}

/// Panics, and does not say so.
#[cfg_attr(feature = "traced", traceable)]
pub fn undocumented_panic(x: Option<u8>) -> u8 {
    x.unwrap()
}

#[cfg_attr(feature = "traced", traceable)]
pub fn wraps(x: u8) -> Option<u8> {
    Some(x)
}

#[cfg_attr(feature = "traced", traceable)]
fn wraps_privately(x: u8) -> Option<u8> {
    Some(x)
}

#[cfg_attr(feature = "traced", traceable)]
pub fn takes(
    vec: &Vec<u8>,
    text: &String,
    boxed: &Box<u8>,
    option: &Option<u8>,
    small: &u8,
    owned: String,
) -> bool {
    let small = wraps_privately(*small).unwrap_or(0);
    vec.len() > text.len() && **boxed > small && option.is_some() && owned.is_empty()
}

#[cfg_attr(feature = "traced", traceable)]
pub fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}

#[cfg_attr(feature = "traced", traceable)]
pub fn bools(a: bool, b: bool, c: bool, d: bool) -> bool {
    a && b && c && d
}

#[cfg_attr(feature = "traced", traceable)]
pub fn lifetimes<'a>(text: &'a str) -> &'a str {
    text
}

#[cfg_attr(feature = "traced", traceable)]
pub fn changes(items: &mut Vec<u8>) -> usize {
    items.len()
}

#[cfg_attr(feature = "traced", traceable)]
pub fn counts_down(n: u8, kept: u8) -> u8 {
    if n == 0 { 1 } else { counts_down(n - 1, kept) }
}

#[cfg_attr(feature = "traced", traceable)]
pub extern "C" fn foreign(text: &str) -> usize {
    text.len()
}

#[cfg_attr(feature = "traced", traceable(skip_all))]
pub fn dereferences(x: *const u8) -> u8 {
    unsafe { *x }
}

#[inline(always)]
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn twice_important() -> Result<u8, u8> {
    Ok(1)
}

#[cfg_attr(feature = "traced", traceable(skip_output))]
pub fn nested(x: Option<Option<u8>>) -> Option<Option<u8>> {
    x.map(|_| None)
}

#[cfg_attr(feature = "traced", traceable(skip(by, value)))]
pub fn generic<T: Clone, U>(x: u8, by: impl Fn(T) -> U, value: &T) -> u8
where
    T: Send,
{
    by(value.clone());
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn uses_underscore(_x: u8, _unused: u8) -> u8 {
    _x + 1
}

struct Private;

/// A type.
pub struct Public;

impl Public {
    #[cfg_attr(feature = "traced", traceable(skip_output))]
    pub fn new() -> u8 {
        1
    }

    #[cfg_attr(feature = "traced", traceable)]
    pub fn to_number(self) -> u8 {
        1
    }

    #[cfg_attr(feature = "traced", traceable)]
    pub fn is_empty(&mut self) -> bool {
        true
    }

    #[cfg_attr(feature = "traced", traceable(skip_output))]
    pub fn next(&mut self) -> Option<u8> {
        None
    }

    #[cfg_attr(feature = "traced", traceable(skip_all, skip_output))]
    pub fn private(&self, x: &Private) -> Private {
        Private
    }

    #[cfg_attr(feature = "traced", traceable)]
    pub fn typed_self(self: &Self) -> u8 {
        1
    }

    #[cfg_attr(feature = "traced", traceable(skip_output))]
    pub fn chained(self) -> Self {
        self
    }
}

#[cfg_attr(feature = "traced", traceable)]
pub fn boxed(x: Box<u8>) -> u8 {
    *x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn constant(x: u8) -> u8 {
    x + 1
}

#[cfg_attr(feature = "traced", traceable)]
pub fn recursive(x: u8) -> u8 {
    recursive(x)
}

#[cfg_attr(feature = "traced", traceable)]
pub fn lends(text: &str) -> std::borrow::Cow<str> {
    text.into()
}

#[cfg_attr(feature = "traced", traceable)]
pub fn elidable<'a>(text: &'a str) -> std::borrow::Cow<'a, str> {
    println!();
    std::borrow::Cow::Borrowed(text)
}

/// What does not need its receiver, or not all of it.
pub struct Tool;

impl Tool {
    #[cfg_attr(feature = "traced", traceable)]
    pub fn bound_to_nothing(&self) -> &str {
        "tool"
    }

    #[cfg_attr(feature = "traced", traceable)]
    pub async fn without_self(&self, x: u8) -> u8 {
        super::asynchronous::tick().await;
        x
    }

    #[cfg_attr(feature = "traced", traceable)]
    pub async fn without_change(&mut self, items: &mut Vec<u8>) -> usize {
        super::asynchronous::tick().await;
        items.len()
    }
}

/// Of a trait that others implement.
pub trait Waits {
    /// For what there is.
    #[cfg_attr(feature = "traced", traceable)]
    async fn waits(&self) -> u8 {
        super::asynchronous::tick().await;
        1
    }
}
