//! A long-lived task that works for others: what it is sent carries its parent, or nests under the actor.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;
use traceable::traceable;

use super::asynchronous;
use super::here::Body;
use super::tasks::UnderWay;
use crate::program::{ACTOR, Wrapper};

pub(crate) enum Message {
    Work(Body, Wrapper, UnderWay),
    Stop,
}

#[traceable(skip(messages), inputs(id = ACTOR))]
pub(super) async fn actor(mut messages: UnboundedReceiver<Message>) {
    while let Some(Message::Work(body, wrapper, _under_way)) = messages.recv().await {
        let here = body.here.clone();
        let work = here.wrap_future(asynchronous::block(body), wrapper);
        let _ = AssertUnwindSafe(work).catch_unwind().await;
    }
}
