#![deny(unused)]

use traceable::traceable;

#[traceable]
pub fn plain(a: u8, mut b: u8) {}

#[traceable]
pub async fn later((a, b): (u8, u8)) -> u8 {
    a
}

fn main() {}
