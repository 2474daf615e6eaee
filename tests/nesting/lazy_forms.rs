//! A call of each form that is lazy: made now, driven later, or never.

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use traceable::prelude::*;
use traceable::trace;

use crate::support::leaf;

/// The runs of [`calls`], once they are driven.
pub(crate) const RUNS: &str = "async_fn > leaf, future > leaf, boxed > leaf, stream > leaf, boxed_stream > leaf, \
     async_stream > leaf, iter > leaf, boxed_iter > leaf, method > leaf, block > leaf";

#[traceable(skip_all)]
async fn async_fn<T>(held: T) {
    leaf(1);
    drop(held);
}

#[traceable(skip_all)]
fn future<T>(held: T) -> impl Future<Output = ()> {
    async move {
        leaf(1);
        drop(held);
    }
}

#[traceable(skip_all)]
fn boxed<T: Send + 'static>(held: T) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        leaf(1);
        drop(held);
    })
}

fn items<T>(held: T) -> impl Iterator<Item = i32> {
    (0..1).map(move |x| {
        let _ = &held;
        leaf(x)
    })
}

#[traceable(skip_all)]
fn stream<T>(held: T) -> impl Stream<Item = i32> {
    stream::iter(items(held))
}

#[traceable(skip_all)]
fn boxed_stream<T: Send + 'static>(held: T) -> BoxStream<'static, i32> {
    stream::iter(items(held)).boxed()
}

#[traceable(skip_all)]
async fn async_stream<T: Send + 'static>(held: T) -> BoxStream<'static, i32> {
    stream::iter(items(held)).boxed()
}

#[traceable(skip_all)]
fn iter<T>(held: T) -> impl Iterator<Item = i32> {
    items(held)
}

#[traceable(skip_all)]
fn boxed_iter<T: Send + 'static>(held: T) -> Box<dyn Iterator<Item = i32> + Send> {
    Box::new(items(held))
}

struct Service;

#[async_trait::async_trait]
trait Method {
    async fn method<T: Send + 'static>(&self, held: T);
}

#[async_trait::async_trait]
impl Method for Service {
    #[traceable(skip_all)]
    async fn method<T: Send + 'static>(&self, held: T) {
        leaf(1);
        drop(held);
    }
}

/// Makes a call of each form, now. Each holds what `hold` gives; what is returned drives it.
pub(crate) fn calls<T: Send + 'static>(hold: impl Fn() -> T) -> Vec<BoxFuture<'static, ()>> {
    let (iter, boxed_iter) = (iter(hold()), boxed_iter(hold()));
    let held = hold();
    let block = trace("block").future(|_| async move {
        leaf(1);
        drop(held);
    });
    vec![
        async_fn(hold()).boxed(),
        future(hold()).boxed(),
        boxed(hold()),
        stream(hold()).for_each(|_| async {}).boxed(),
        boxed_stream(hold()).for_each(|_| async {}).boxed(),
        async_stream(hold()).then(|stream| stream.for_each(|_| async {})).boxed(),
        async move { assert_eq!(iter.count(), 1) }.boxed(),
        async move { assert_eq!(boxed_iter.count(), 1) }.boxed(),
        // a method that borrows what outlives it
        Service::method(&Service, hold()),
        block.boxed(),
    ]
}

/// Drives calls, one after the other.
pub(crate) async fn drive(calls: Vec<BoxFuture<'static, ()>>) {
    for call in calls {
        call.await;
    }
}
