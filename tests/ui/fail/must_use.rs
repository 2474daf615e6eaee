#![deny(unused_must_use)]

use futures::stream::{BoxStream, Stream, StreamExt};
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{ContextHandle, Envelope, bind, stream, trace, try_stream};

#[traceable]
async fn later() {}

#[traceable]
fn future() -> impl Future<Output = ()> {
    async {}
}

#[traceable]
fn items() -> impl Stream<Item = u8> {
    stream(async |out| out.yield_(1).await)
}

#[traceable]
fn boxed() -> BoxStream<'static, u8> {
    items().boxed()
}

#[traceable]
fn numbers() -> impl Iterator<Item = u8> {
    0..1
}

#[must_use = "an answer is to be read"]
#[traceable]
async fn answer() {}

fn calls() {
    later();
    future();
    items();
    boxed();
    numbers();
    answer();
}

fn hand_over(run: RunTree) {
    later().in_current_run();
    later().with_parent(&run);
    bind(|| ());
    ContextHandle::current();
    ContextHandle::current().carry(later());
    Envelope::new(1);
    Extra::new().parent(&run);
    TracingContext::new().tag("nightly");
}

fn runs(run: RunTree) {
    trace("block");
    trace("block").future(async |_| ());
    RunTree::builder("by hand");
    run.create_child("by hand").build();
    run.keep_open();
    run.to_headers();
    RunTree::current();
    Recorder::new();
}

fn generators() {
    stream(async |out| {
        out.yield_(1);
    });
    try_stream(async |out| {
        out.yield_(1).await;
        Ok::<_, String>(())
    });
}

fn main() {}
