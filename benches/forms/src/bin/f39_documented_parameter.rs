//! `///` on a parameter

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(
    /// what is passed on
    x: u32,
) -> u32 {
    leaf(x)
}

fn main() {
    run(|| {
        form(1);
    });
}
