//! `-> impl Future { async move { .. } }`
//! expected: form > leaf_later

use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
fn form(x: u32) -> impl Future<Output = u32> {
    async move { leaf_later(x).await }
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
