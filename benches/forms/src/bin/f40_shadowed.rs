//! names of std shadowed

use traceable_forms::{leaf, run, traced};

#[allow(dead_code)]
struct Option;
#[allow(dead_code)]
struct Result;
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}

#[traced]
fn form(x: u32) -> u32 {
    #[allow(dead_code)]
    struct Some;
    leaf(x)
}

fn main() {
    run(|| {
        form(1);
    });
}
