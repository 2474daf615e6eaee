//! `Box::pin(g(x))`
//! expected: form > leaf_later

use std::pin::Pin;

use traceable_forms::{block_on, leaf_later, run, traced};

async fn plain(x: u32) -> u32 {
    leaf_later(x).await
}

#[traced]
fn form(x: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(plain(x))
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
