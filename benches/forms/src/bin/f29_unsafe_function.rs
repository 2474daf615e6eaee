//! `unsafe fn`

use traceable_forms::{leaf, run, traced};

#[traced]
unsafe fn form(x: u32) -> u32 {
    leaf(x)
}

fn main() {
    run(|| {
        unsafe { form(1) };
    });
}
