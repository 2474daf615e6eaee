//! Bodies that give something else than the signature says: one error each.

use std::future::Future;

use futures::Stream;
use traceable::traceable;

#[traceable]
fn stream() -> impl Stream<Item = u8> {
    async { 1 }
}

#[traceable]
async fn stream_later() -> Result<impl Stream<Item = u8>, String> {
    Ok(async move { futures::stream::empty::<u8>() })
}

#[traceable]
fn iterator() -> impl Iterator<Item = u8> {
    3
}

#[traceable(reduce = <[u8]>::len)]
fn numbers() -> impl Iterator<Item = u8> {
    vec![3]
}

#[traceable]
fn future() -> impl Future<Output = u8> {
    3
}

#[traceable]
fn items() -> impl Iterator<Item = u8> {
    vec![3u16].into_iter()
}

fn main() {}
