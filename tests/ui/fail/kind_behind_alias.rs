use traceable::traceable;

type Words = std::pin::Pin<Box<dyn futures::Stream<Item = String>>>;
type Numbers = Box<dyn Iterator<Item = u8>>;
type Later = futures::future::BoxFuture<'static, u8>;

#[traceable]
fn words() -> Words {
    Box::pin(futures::stream::empty())
}

#[traceable]
async fn numbers() -> Result<Numbers, String> {
    Ok(Box::new(0..3))
}

#[traceable]
fn later() -> Later {
    Box::pin(async { 1 })
}

fn main() {}
