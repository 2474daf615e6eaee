//! What is not used.

#[cfg(feature = "traced")]
use traceable::traceable;

#[cfg_attr(feature = "traced", traceable)]
pub fn argument(a: u8, (b, c): (u8, u8)) -> u8 {
    c
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn awaited_argument(a: u8, [b, c]: [u8; 2]) -> u8 {
    nothing().await;
    c
}

#[cfg_attr(feature = "traced", traceable)]
pub fn items_argument(a: u8, b: u8) -> impl Iterator<Item = u8> {
    0..b
}

#[cfg_attr(feature = "traced", traceable(skip(a)))]
pub fn skipped(a: u8) {}

#[cfg_attr(feature = "traced", traceable)]
pub fn mutable(mut a: u8, mut b: Vec<u8>) -> u8 {
    b.push(a);
    let mut c = a;
    c
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn mutable_later(mut a: u8) -> u8 {
    nothing().await;
    let mut b = a;
    b
}

#[cfg_attr(feature = "traced", traceable)]
pub fn assigned(mut a: u8) -> u8 {
    a = 1;
    let mut b = 2;
    b = 3;
    a
}

#[cfg_attr(feature = "traced", traceable)]
pub fn local() -> u8 {
    use std::collections::HashMap;
    let x = 1;
    'label: loop {
        break;
    }
    fn inner() {}
    2
}

#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn important() -> u8 {
    1
}

#[cfg_attr(feature = "traced", traceable)]
pub fn fallible() -> Result<u8, String> {
    Ok(1)
}

#[cfg_attr(feature = "traced", traceable)]
async fn nothing() {}

#[cfg_attr(feature = "traced", traceable)]
pub fn results() {
    important();
    fallible();
    nothing();
    items_argument(1, 2);
    vec![1].iter().map(|x| x + 1);
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn awaited_results() {
    important();
    fallible();
    nothing();
    nothing().await;
}

#[cfg_attr(feature = "traced", traceable)]
fn function() {}

#[cfg_attr(feature = "traced", traceable)]
async fn later() {}

struct Type;

impl Type {
    #[cfg_attr(feature = "traced", traceable)]
    fn method(&self) {}

    #[cfg_attr(feature = "traced", traceable)]
    async fn later(&self) {}
}

#[cfg_attr(feature = "traced", traceable)]
pub fn makes_one() -> bool {
    let _ = Type;
    true
}

#[cfg_attr(feature = "traced", traceable)]
pub fn receiver_of() -> u8 {
    struct Inner;
    impl Inner {
        #[cfg_attr(feature = "traced", traceable)]
        fn unused_self(&self, x: u8) -> u8 {
            x
        }
    }
    Inner.unused_self(1)
}

#[cfg_attr(feature = "traced", traceable)]
pub fn lifetime<'a>(x: u8) -> u8 {
    x
}
