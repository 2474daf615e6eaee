//! `-> !`

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> ! {
    panic!("{}", leaf(x))
}

fn main() {
    run(|| {
        form(1);
    });
}
