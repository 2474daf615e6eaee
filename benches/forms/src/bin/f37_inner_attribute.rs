//! `#![..]` in the body

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> u32 {
    #![allow(unused_mut)]
    let mut y = x;
    leaf(y)
}

fn main() {
    run(|| {
        form(1);
    });
}
