//! `spawn(f(x))`, the call is made inside a span
//! expected: form > inner > leaf_later

use traceable_forms::{leaf_later, run, traced};

#[traced]
async fn inner(x: u32) -> u32 {
    leaf_later(x).await
}

#[traced]
async fn form(x: u32) -> u32 {
    tokio::spawn(inner(x)).await.unwrap_or_default()
}

fn main() {
    run(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(form(1));
    });
}
