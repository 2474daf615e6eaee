//! `impl Trait` as an argument

#[cfg(not(feature = "traceable"))]
use std::fmt::Debug as Recordable;
#[cfg(feature = "traceable")]
use traceable::Input as Recordable;

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: impl Into<u32> + Recordable) -> u32 {
    leaf(x.into())
}

fn main() {
    run(|| {
        form(1_u32);
    });
}
