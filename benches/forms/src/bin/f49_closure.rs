//! `-> impl Fn`

use traceable_forms::{leaf, run, traced};

#[cfg_attr(feature = "traceable", traced(skip_output))]
#[cfg_attr(not(feature = "traceable"), traced)]
fn form(x: u32) -> impl Fn() -> u32 {
    leaf(x);
    move || x
}

fn main() {
    run(|| {
        form(1)();
    });
}
