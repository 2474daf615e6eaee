//! Messages, sinks and bodies: work that is handed to something that was there before.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Sink, SinkExt as _, Stream, StreamExt as _};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;
use traceable::prelude::*;
use traceable::{ContextHandle, Envelope, TraceableBodyExt, TraceableSinkExt, trace};

use crate::support::{child, leaf, on_both_runtimes};

#[test]
fn a_message_is_handled_where_it_was_sent() {
    #[traceable(skip_all)]
    async fn actor(mut mailbox: mpsc::Receiver<Envelope<i32>>) {
        while let Some(envelope) = mailbox.recv().await {
            envelope.open_async(|x| async move { child(x).await }).await;
        }
    }
    on_both_runtimes("first > child; second > child; actor", async || {
        let (sender, receiver) = mpsc::channel(4);
        for name in ["first", "second"] {
            trace(name).future(|_| async { sender.send(Envelope::new(1)).await.unwrap() }).await;
        }
        drop(sender);
        tokio::spawn(actor(receiver)).await.unwrap();
    });
}

#[test]
fn an_envelope_without_a_sender_clears() {
    on_both_runtimes("around; leaf; leaf", async || {
        let envelope = Envelope::new(1);
        trace("around").scope(|_| {
            let doubled = envelope.map(|x| 2 * leaf(x));
            assert!(doubled.run_tree().is_none());
            assert_eq!(doubled.open(leaf), 2);
        });
    });
}

#[test]
fn what_a_sink_calls_is_under_whoever_made_it_or_under_a_named_parent() {
    on_both_runtimes("made > leaf; named > leaf; sends", async || {
        let sink = || {
            futures::sink::unfold((), |(), x: i32| async move {
                leaf(x);
                Ok::<_, Infallible>(())
            })
        };
        let made = trace("made").scope(|_| TraceableSinkExt::<i32>::in_current_run(sink()));
        let named = RunTree::builder("named").build();
        named.post().end().patch();
        let with_parent = TraceableSinkExt::<i32>::with_parent(sink(), &named);
        let sends = trace("sends").future(|_| async {
            Box::pin(made).send(1).await.unwrap();
            Box::pin(with_parent).send(2).await.unwrap();
        });
        sends.await;
    });
    fn is_sink<S: Sink<i32>>(_: &S) {}
    is_sink(&futures::sink::drain::<i32>().in_current_run());
}

/// A sink that makes a run of each of its methods, and of its drop.
struct Calls;

impl Sink<i32> for Calls {
    type Error = Infallible;
    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        trace("ready").scope(|_| ());
        Poll::Ready(Ok(()))
    }
    fn start_send(self: Pin<&mut Self>, _: i32) -> Result<(), Infallible> {
        trace("send").scope(|_| ());
        Ok(())
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        trace("flush").scope(|_| ());
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        trace("close").scope(|_| ());
        Poll::Ready(Ok(()))
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        trace("drop").scope(|_| ());
    }
}

#[test]
fn all_that_a_sink_does_is_in_its_context() {
    let all = "ready, send, flush, close, drop";
    on_both_runtimes(&format!("made > ({all}, {all}, {all}); sends"), async || {
        let sinks = trace("made").scope(|run| {
            let context = TracingContext::new().parent(run);
            [Calls.in_current_run(), Calls.with_parent(run), Calls.with_context(context)]
        });
        let sends = trace("sends").future(|_| async {
            for mut sink in sinks {
                sink.send(1).await.unwrap();
                sink.close().await.unwrap();
            }
        });
        sends.await;
    });
}

/// A connection that is read and written by the same task: a stream and a sink at once.
#[derive(Default)]
struct Duplex(VecDeque<i32>);

#[traceable]
fn on_send(x: i32) {
    leaf(x);
}

#[traceable]
fn on_recv(x: i32) -> i32 {
    leaf(x)
}

impl Sink<i32> for Duplex {
    type Error = Infallible;
    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn start_send(mut self: Pin<&mut Self>, x: i32) -> Result<(), Infallible> {
        on_send(x);
        self.0.push_back(x);
        Ok(())
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl Stream for Duplex {
    type Item = i32;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<i32>> {
        Poll::Ready(self.0.pop_front().map(on_recv))
    }
}

// Bytes that are read and written have no adapter: whoever calls something while it reads enters the context itself.
#[test]
fn both_halves_of_a_connection_are_under_the_run_that_opened_it() {
    on_both_runtimes("ws > (on_send > leaf, on_recv > leaf, leaf); driver > child", async || {
        let (mut ws, here) = trace("ws").scope(|_| {
            let here = ContextHandle::current();
            (here.carry(Duplex::default()), here)
        });
        let driver = trace("driver").future(|_| async move {
            ws.send(1).await.unwrap();
            assert_eq!(ws.next().await, Some(1));
            std::future::poll_fn(|_| Poll::Ready(here.scope(|| leaf(2)))).await;
            child(3).await;
        });
        tokio::spawn(driver).await.unwrap();
    });
}

/// A body whose frames are made by a traced function.
struct Frames(VecDeque<i32>);

impl Body for Frames {
    type Data = VecDeque<u8>;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<VecDeque<u8>>, Infallible>>> {
        let frame = self.0.pop_front().map(|x| Ok(Frame::data(VecDeque::from([leaf(x) as u8]))));
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

#[test]
fn a_body_is_produced_under_the_handler_that_returned_it() {
    let leaves = ["leaf"; 6].join(", ");
    on_both_runtimes(&format!("handler > ({leaves}); server"), async || {
        let frames = || Frames(VecDeque::from([1, 2]));
        let bodies = trace("handler").scope(|run| {
            let context = TracingContext::new().parent(run);
            [
                TraceableBodyExt::in_current_run(frames()),
                TraceableBodyExt::with_parent(frames(), run),
                TraceableBodyExt::with_context(frames(), context),
            ]
        });
        let server = trace("server").future(|_| async move {
            for body in bodies {
                let mut body = std::pin::pin!(body);
                assert!(!body.is_end_stream());
                assert_eq!(body.size_hint().exact(), Some(2));
                let mut frames = 0;
                while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
                    assert!(frame.is_ok());
                    frames += 1;
                }
                assert_eq!((frames, body.is_end_stream()), (2, true));
            }
        });
        server.await;
    });
}
