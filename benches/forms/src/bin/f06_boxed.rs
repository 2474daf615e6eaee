//! `-> Pin<Box<dyn Future>> { Box::pin(async move { .. }) }`
//! expected: form > leaf_later

use std::pin::Pin;

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
fn form(x: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { leaf_later(x).await })
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
