//! the same, with statements before it
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
fn form(x: u32) -> impl Future<Output = u32> {
    let doubled = x * 2;
    async move { leaf_later(doubled).await }
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
