//! recursion
//! expected: form > form > leaf

use traceable_forms::{leaf, run, traced};

#[traced]
fn form(x: u32) -> u32 {
    if x == 0 { leaf(x) } else { form(x - 1) }
}

fn main() {
    run(|| {
        form(1);
    });
}
