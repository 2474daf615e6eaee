//! passed as `impl AsyncFn(&str)`
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(text: &str) -> u32 {
    leaf_later(text.len() as u32).await
}

async fn calls(f: impl AsyncFn(&str) -> u32) -> u32 {
    f("abc").await
}

fn main() {
    run(|| {
        block_on(calls(form));
    });
}
