//! `Send` as the plain one
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(x: u32) -> u32 {
    leaf_later(x).await
}

fn sendable<F: Future + Send + 'static>(future: F) -> F {
    future
}

fn main() {
    run(|| {
        block_on(sendable(form(1)));
    });
}
