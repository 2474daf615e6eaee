//! elided lifetimes
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form<'a>(a: &'a str, b: &str) -> &'a str {
    leaf_later(b.len() as u32).await;
    a
}

fn main() {
    run(|| {
        block_on(form("a", "b"));
    });
}
