//! `#![forbid(warnings)]`
//! expected: form > leaf_later

#![forbid(warnings)]

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(x: u32) -> u32 {
    leaf_later(x).await
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
