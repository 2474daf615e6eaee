//! A long-lived task that works for others: what it is sent carries its parent, or nests under the actor.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedReceiver;
use traceable::{Envelope, traceable};

use super::asynchronous;
use super::held::Kept;
use super::here::Body;
use super::tasks::UnderWay;
use crate::program::{ACTOR, Wrapper};

pub(crate) enum Message {
    Bare(Body, Wrapper, UnderWay),
    Sealed(Envelope<(Body, Wrapper)>, UnderWay),
    Stop,
}

#[traceable(skip(messages), inputs(id = ACTOR))]
pub(super) async fn actor(mut messages: UnboundedReceiver<Message>) {
    while let Some(message) = messages.recv().await {
        match message {
            Message::Bare(body, wrapper, _under_way) => {
                let _ = AssertUnwindSafe(work(body, wrapper)).catch_unwind().await;
            }
            Message::Sealed(envelope, _under_way) => {
                let work = envelope.open_async(|(body, wrapper)| work(body, wrapper));
                let _ = AssertUnwindSafe(work).catch_unwind().await;
            }
            Message::Stop => break,
        }
    }
}

fn work(body: Body, wrapper: Wrapper) -> BoxFuture<'static, Kept> {
    let here = body.here.clone();
    here.wrap_future(asynchronous::block(body), wrapper)
}
