use futures::Stream;
use traceable::traceable;

type Res<T> = Result<T, String>;
type Words = Res<futures::stream::BoxStream<'static, String>>;

#[traceable]
fn words() -> Res<impl Stream<Item = String>> {
    Ok(futures::stream::empty())
}

#[traceable]
async fn boxed() -> Res<futures::stream::BoxStream<'static, String>> {
    Ok(Box::pin(futures::stream::empty()))
}

#[traceable]
async fn hidden() -> Words {
    Ok(Box::pin(futures::stream::empty()))
}

#[traceable]
async fn fine() -> std::io::Result<impl Stream<Item = String>> {
    Ok(futures::stream::empty())
}

fn main() {}
