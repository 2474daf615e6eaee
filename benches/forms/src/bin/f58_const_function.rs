//! `const fn`

use traceable_forms::{leaf, run, traced};

#[traced]
const fn form(x: u32) -> u32 {
    x
}

fn main() {
    run(|| {
        leaf(form(1));
    });
}
