//! `#![no_implicit_prelude]`

#![no_implicit_prelude]

use ::traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> u32 {
    leaf(x)
}

fn main() {
    run(|| {
        form(1);
    });
}
