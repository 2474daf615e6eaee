//! a body of one expression, `#![deny(warnings)]`

#![deny(warnings)]

use traceable_forms::{leaf, run, traced};

#[traced]
#[rustfmt::skip]
fn form(x: u32) -> u32 { leaf(x) }

fn main() {
    run(|| {
        form(1);
    });
}
