//! `let b = ..; Box::pin(async move { b .. })`
//! expected: form > leaf_later

use std::pin::Pin;

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
fn form(x: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    let doubled = x * 2;
    Box::pin(async move { leaf_later(doubled).await })
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
