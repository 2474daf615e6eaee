#![deny(deprecated)]

use traceable::traceable;

type Words = std::pin::Pin<Box<dyn futures::Stream<Item = String>>>;
type Numbers = Box<dyn Iterator<Item = u8>>;
type Later = futures::future::BoxFuture<'static, u8>;

#[traceable(skip_output)]
fn words() -> Words {
    Box::pin(futures::stream::empty())
}

#[traceable(skip_output)]
async fn numbers() -> Result<Numbers, String> {
    Ok(Box::new(0..3))
}

#[traceable(process_outputs = |_| "later")]
fn later() -> Later {
    Box::pin(async { 1 })
}

fn main() {}
