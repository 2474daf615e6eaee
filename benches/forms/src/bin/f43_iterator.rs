//! `-> impl Iterator`

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> impl Iterator<Item = u32> {
    (0..x).map(leaf)
}

fn main() {
    run(|| {
        form(1).for_each(drop);
    });
}
