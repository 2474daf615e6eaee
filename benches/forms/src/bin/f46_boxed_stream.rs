//! `-> BoxStream`
//! expected: form > leaf_later

use futures::stream::{BoxStream, StreamExt};
use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
fn form(x: u32) -> BoxStream<'static, u32> {
    let stream = async_stream::stream! {
        yield leaf_later(x).await;
    };
    stream.boxed()
}

fn main() {
    run(|| {
        block_on(form(1).collect::<Vec<_>>());
    });
}
