//! patterns, `_`, `mut`

use traceable_forms::{leaf, run, traced};

#[traced]
fn form((a, mut b): (u32, u32), [c, ..]: [u32; 2], _: u32) -> u32 {
    b += 1;
    leaf(a + b + c)
}

fn main() {
    run(|| {
        form((1, 2), [3, 4], 5);
    });
}
