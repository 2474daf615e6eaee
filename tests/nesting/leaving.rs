//! Streams and iterators that are left early, handed on, or never end.

use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};

use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use traceable::prelude::*;
use traceable::{KeepOpen, assert_tree, trace};

use crate::support::{all, child, forests, leaf, on_both_runtimes, pause, runtimes, watched};

#[traceable]
fn tokens() -> impl Stream<Item = i32> {
    stream::iter(0..5).then(child)
}

#[traceable]
fn numbers() -> impl Iterator<Item = i32> {
    (0..5).map(leaf)
}

// A consumer that has enough is no error, so the run is not cancelled: it has its partial outputs and says that it was
// left.
#[test]
fn a_generator_that_is_left_early_ends_there_and_is_not_the_parent_of_what_follows() {
    #[traceable]
    async fn breaks() {
        let mut tokens = Box::pin(tokens());
        while let Some(token) = tokens.next().await {
            if token == 1 {
                break;
            }
        }
        // the stream is still there, and open
        leaf(2);
        drop(tokens);
        child(3).await;
        for number in numbers() {
            if number == 0 {
                break;
            }
        }
        leaf(4);
    }
    for forest in forests(async || breaks().await) {
        let expected =
            "breaks > (tokens [dropped] > (child, child), leaf, child, numbers [dropped] > leaf, leaf)";
        assert_tree!(forest, expected);
        let tokens = all(&forest, "tokens")[0];
        assert_eq!(tokens.outputs, serde_json::json!({"output": [0, 1]}));
        assert_eq!((tokens.error.as_deref(), tokens.posts, tokens.patches), (None, 1, 1));
    }
}

#[test]
fn a_generator_that_is_leaked_is_not_the_parent_of_what_follows() {
    on_both_runtimes("breaks > (tokens [open] > child, leaf); child", async || {
        #[traceable]
        async fn breaks() {
            let mut tokens = Box::pin(tokens());
            tokens.next().await;
            std::mem::forget(tokens);
            leaf(2);
        }
        breaks().await;
        child(3).await;
    });
}

#[test]
fn a_response_that_is_drained_behind_its_handler_nests_below_it_and_is_late() {
    struct Response(BoxStream<'static, i32>);
    #[traceable(skip_output)]
    async fn handler() -> Response {
        Response(tokens().take(2).boxed())
    }
    for forest in forests(async || {
        let response = handler().await;
        let server = trace("server").future(|_| async { response.0.count().await });
        assert_eq!(tokio::spawn(server).await.unwrap(), 2);
    }) {
        // `take` leaves the generator after two items
        assert_tree!(forest, "handler > tokens [dropped] > (child, child); server");
        assert_eq!(all(&forest, "tokens")[0].metadata["late_start"], true);
    }
}

#[test]
fn a_client_that_disconnects_leaves_the_stream_and_ends_the_handler_with_it() {
    #[traceable]
    fn handler() -> BoxStream<'static, i32> {
        tokens().boxed()
    }
    on_both_runtimes("handler [dropped] > tokens [dropped] > (child, child)", async || {
        let (sent, mut received) = tokio::sync::mpsc::channel(1);
        let mut response = handler();
        let connection = tokio::spawn(async move {
            while let Some(item) = response.next().await {
                if sent.send(item).await.is_err() {
                    break;
                }
                // the client leaves before the next item
                sent.closed().await;
            }
        });
        assert_eq!(received.recv().await, Some(0));
        drop(received);
        connection.await.unwrap();
    });
}

// A traced stream is opaque: there is no way to what is inside, and so none round its run. What is carried out in a
// struct is carried with the run: it holds it open, and calls under it.
#[test]
fn a_struct_that_carries_a_stream_out_keeps_the_run_open_until_it_is_gone() {
    struct Reply {
        items: BoxStream<'static, i32>,
        _run: KeepOpen,
    }
    impl Stream for Reply {
        type Item = i32;
        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<i32>> {
            self.items.poll_next_unpin(cx)
        }
    }
    #[traceable(skip_output)]
    async fn reply(#[run_tree] rt: RunTree) -> Reply {
        let items = stream::iter(0..2).then(child).in_current_run().boxed();
        Reply { items, _run: rt.keep_open() }
    }
    for forest in watched(async |recorder| {
        let mut reply = trace("top").future(|_| reply()).await;
        assert_eq!(reply.next().await, Some(0));
        assert_tree!(recorder.forest(), "top > reply [open] > child");
        assert_eq!(tokio::spawn(reply.count()).await.unwrap(), 1);
    }) {
        assert_tree!(forest, "top > reply > (child, child)");
    }
}

#[test]
fn a_future_that_becomes_a_stream_is_open_until_the_stream_is_left() {
    #[traceable]
    async fn opens() -> Result<BoxStream<'static, i32>, String> {
        child(1).await;
        Ok(stream::iter(0..5).then(child).boxed())
    }
    for forest in watched(async |recorder| {
        let mut stream = opens().await.unwrap();
        assert_tree!(recorder.forest(), "opens [open] > child");
        stream.next().await;
        leaf(1);
        drop(stream);
        leaf(2);
    }) {
        assert_tree!(forest, "opens [dropped] > (child, child); leaf; leaf");
    }
}

#[test]
fn a_consumer_that_never_ends_begins_a_trace_for_each_message() {
    #[traceable(root, metadata(consumer = consumer))]
    async fn handle(message: i32, consumer: String) {
        child(message).await;
    }
    #[traceable]
    async fn consume(#[run_tree] rt: RunTree) {
        let mut messages = stream::iter(0..2);
        while let Some(message) = messages.next().await {
            let consumer = rt.id().unwrap().to_string();
            handle(message, consumer).await;
        }
    }
    for forest in forests(async || consume().await) {
        assert_tree!(forest, "consume; handle > child; handle > child");
        let consumer = forest.runs()[0].id.to_string();
        assert!(all(&forest, "handle").iter().all(|run| run.metadata["consumer"] == consumer.as_str()));
    }
}

#[test]
fn generators_that_are_polled_in_turn_call_each_under_itself() {
    #[traceable]
    fn words() -> impl Stream<Item = i32> {
        stream::iter(0..2).map(leaf)
    }
    #[traceable]
    async fn interleaves() {
        let (mut first, mut second) = (Box::pin(tokens().take(2)), words());
        while first.next().await.is_some() {
            second.next().await;
            leaf(9);
        }
        assert_eq!(second.next().await, None);
        assert_eq!(numbers().zip(numbers()).take(1).count(), 1);
        let mut both = stream::select(words(), words());
        while both.next().await.is_some() {
            pause().await;
        }
    }
    on_both_runtimes(
        "interleaves > (tokens [dropped] > (child, child), words > (leaf, leaf), leaf, leaf,
                        numbers [dropped] > leaf, numbers [dropped] > leaf,
                        words > (leaf, leaf), words > (leaf, leaf))",
        async || interleaves().await,
    );
}

#[test]
fn a_generator_ends_when_it_is_dropped_although_there_is_no_runtime_any_more() {
    for runtime in runtimes() {
        let recorder = traceable::testing::Recorder::new();
        let (kept, keep) = mpsc::channel();
        let test = async {
            let top = trace("top").future(|_| async {
                let mut tokens = tokens().boxed();
                tokens.next().await;
                kept.send(tokens).unwrap();
            });
            top.await;
        };
        runtime.block_on(test.with_context(recorder.context()));
        drop(runtime);
        let tokens = keep.recv().unwrap();
        assert_tree!(recorder.forest(), "top > tokens [open] > child");
        std::thread::spawn(move || drop(tokens)).join().unwrap();
        // nothing had to be awaited, or polled again
        assert_tree!(recorder.forest(), "top > tokens [dropped] > child");
    }
}

#[test]
fn what_is_dropped_unpolled_and_was_given_an_absent_parent_drops_where_it_is() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            leaf(1);
        }
    }
    #[traceable]
    fn unpolled() -> impl Stream<Item = i32> {
        let guard = Guard;
        async_stream::stream! {
            let _guard = guard;
            yield 1;
        }
    }
    #[traceable(skip_output)]
    fn holds() -> impl Future<Output = Box<dyn Send>> {
        let stream = unpolled().with_parent(None::<&RunTree>);
        async move { Box::new(stream) as Box<dyn Send> }
    }
    on_both_runtimes("holds > leaf", async || drop(holds().await));
}
