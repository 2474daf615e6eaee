//! below `#[tokio::main]`
//! expected: form > leaf_later

use traceable_forms::{leaf_later, run, traced};

#[tokio::main(flavor = "current_thread")]
#[traced]
async fn form(x: u32) -> u32 {
    leaf_later(x).await
}

fn main() {
    run(|| {
        form(1);
    });
}
