//! recursion, `async`
//! expected: form > form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(x: u32) -> u32 {
    if x == 0 { leaf_later(x).await } else { Box::pin(form(x - 1)).await }
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
