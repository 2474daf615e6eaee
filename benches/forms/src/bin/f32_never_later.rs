//! `async fn -> !`
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(x: u32) -> ! {
    panic!("{}", leaf_later(x).await)
}

fn main() {
    run(|| {
        block_on(async { form(1).await });
    });
}
