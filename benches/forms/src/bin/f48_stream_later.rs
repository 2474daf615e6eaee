//! `async fn -> impl Stream`
//! expected: form > leaf_later

use futures::stream::{Stream, StreamExt};
use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
async fn form(x: u32) -> impl Stream<Item = u32> {
    async_stream::stream! {
        yield leaf_later(x).await;
    }
}

fn main() {
    run(|| {
        block_on(async { Box::pin(form(1).await).collect::<Vec<_>>().await });
    });
}
