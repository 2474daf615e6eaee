//! `-> BoxFuture { g(x).map(..).boxed() }`
//! expected: form > leaf_later

use futures::future::{BoxFuture, FutureExt};
use traceable_forms::{block_on, leaf_later, run, traced};

async fn plain(x: u32) -> u32 {
    leaf_later(x).await
}

#[traced]
fn form(x: u32) -> BoxFuture<'static, u32> {
    plain(x).map(|y| y + 1).boxed()
}

fn main() {
    run(|| {
        block_on(form(1));
    });
}
