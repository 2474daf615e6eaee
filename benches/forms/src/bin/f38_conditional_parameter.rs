//! `#[cfg(..)]` on a parameter

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(#[cfg(any())] missing: Missing, #[cfg(not(any()))] x: u32) -> u32 {
    leaf(x)
}

fn main() {
    run(|| {
        form(1);
    });
}
