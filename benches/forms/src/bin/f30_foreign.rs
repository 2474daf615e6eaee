//! `extern "C" fn`

use traceable_forms::{leaf, run, traced};

#[traced]
extern "C" fn form(x: u32) -> u32 {
    leaf(x)
}

fn main() {
    run(|| {
        form(1);
    });
}
