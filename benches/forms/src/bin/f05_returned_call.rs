//! `-> impl Future { g(x) }`
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

async fn plain(x: u32) -> u32 {
    leaf_later(x).await
}

#[traced]
fn form(x: u32) -> impl Future<Output = u32> {
    plain(x)
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
