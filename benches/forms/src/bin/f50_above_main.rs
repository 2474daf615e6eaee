//! above `#[tokio::main]`
//! expected: form > leaf_later

use traceable_forms::{leaf_later, run, traced};

#[traced]
#[tokio::main(flavor = "current_thread")]
async fn form(x: u32) -> u32 {
    leaf_later(x).await
}

fn main() {
    run(|| {
        form(1);
    });
}
