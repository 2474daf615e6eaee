//! `-> Box<dyn Iterator>`

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> Box<dyn Iterator<Item = u32>> {
    Box::new((0..x).map(leaf))
}

fn main() {
    run(|| {
        form(1).for_each(drop);
    });
}
