//! What a project may forbid on top of what everybody does.

#![warn(
    clippy::dbg_macro,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_assert_message,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::shadow_same,
    clippy::todo,
    clippy::unreachable,
    clippy::unwrap_used
)]

#[cfg(feature = "traced")]
use traceable::traceable;

use super::asynchronous::tick;

#[cfg_attr(feature = "traced", traceable)]
pub fn prints(x: u8) -> u8 {
    println!("{x}");
    eprintln!("{x}");
    print!("{x}");
    eprint!("{x}");
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn only_prints(x: u8) {
    println!("{x}");
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn prints_later(x: u8) -> u8 {
    tick().await;
    println!("{x}");
    dbg!(x)
}

#[cfg_attr(feature = "traced", traceable)]
pub fn asserts(x: u8) -> u8 {
    assert!(x > 1);
    assert_eq!(x, 3);
    debug_assert_ne!(x, 4);
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn only_asserts(x: u8) {
    assert!(x > 1);
}

#[cfg_attr(feature = "traced", traceable)]
pub fn panics(x: u8) -> u8 {
    if x > 1 {
        panic!("too much");
    }
    Some(x).unwrap()
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn panics_later(x: u8) -> u8 {
    tick().await;
    match x {
        0 => unreachable!(),
        1 => Some(x).expect("one"),
        _ => [1][usize::from(x)],
    }
}

#[cfg_attr(feature = "traced", traceable)]
pub fn items(x: u8) -> impl Iterator<Item = u8> {
    println!("{x}");
    assert!(x > 1);
    0..x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn is_to_do(x: u8) -> u8 {
    let _ = x;
    todo!()
}
