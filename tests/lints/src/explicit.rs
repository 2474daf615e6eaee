//! Forms that end with a `return`, as `implicit_return` wants them.

#![warn(clippy::implicit_return)]
#![allow(clippy::needless_return)]

#[cfg(feature = "traced")]
use traceable::traceable;

/// Plain.
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn plain(x: u8) -> u8 {
    println!();
    return x;
}

/// With an option.
#[must_use]
#[cfg_attr(feature = "traced", traceable(metadata(x = x)))]
pub fn described(x: u8) -> u8 {
    println!();
    return x;
}

/// Later.
#[cfg_attr(feature = "traced", traceable)]
pub async fn later(x: u8) -> u8 {
    std::future::ready(()).await;
    return x;
}

/// Items.
#[cfg_attr(feature = "traced", traceable)]
pub fn items(x: u8) -> impl Iterator<Item = u8> {
    println!();
    return 0..x;
}

/// Items, later, or none.
#[cfg_attr(feature = "traced", traceable)]
pub async fn items_later(x: u8) -> Option<Box<dyn Iterator<Item = u8> + Send>> {
    std::future::ready(()).await;
    if x > 1 {
        return None;
    }
    return Some(Box::new(0..x));
}

/// A method.
pub struct Agent;

impl Agent {
    /// Asks.
    #[must_use]
    #[cfg_attr(feature = "traced", traceable)]
    pub fn ask(&self, x: u8) -> u8 {
        println!();
        return x;
    }
}
