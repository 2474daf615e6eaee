//! Streams and iterators.

use futures::stream::{self, BoxStream, Stream, StreamExt};
use traceable::prelude::*;
use traceable::testing::{Recorder, Status};

use crate::support::{child, here, leaf, on_both_runtimes, pause};

#[traceable(run_type = "llm")]
fn tokens(n: i32) -> impl Stream<Item = String> {
    async_stream::stream! {
        for i in 0..n {
            child(i).await;
            yield i.to_string();
        }
    }
}

#[traceable]
async fn consumes() -> usize {
    let mut count = 0;
    let mut tokens = std::pin::pin!(tokens(2));
    while let Some(_token) = tokens.next().await {
        leaf(0);
        count += 1;
    }
    count
}

#[test]
fn what_a_generator_calls_is_under_it_and_what_its_consumer_calls_is_not() {
    on_both_runtimes("consumes > (tokens > (child, child), leaf, leaf)", async || {
        assert_eq!(consumes().await, 2);
    });
}

#[traceable]
async fn zips() {
    let mut pairs = std::pin::pin!(tokens(2).zip(tokens(2)));
    while pairs.next().await.is_some() {}
}

#[test]
fn generators_that_are_polled_in_turn_keep_apart() {
    on_both_runtimes("zips > (tokens > (child, child), tokens > (child, child))", async || zips().await);
}

#[test]
fn a_generator_is_under_the_function_that_made_it_wherever_it_is_drained() {
    #[traceable]
    fn handler() -> BoxStream<'static, String> {
        tokens(1).boxed()
    }
    // the handler returns a stream itself, so its run is open as long
    on_both_runtimes("handler > tokens > child", async || {
        let stream = handler();
        tokio::spawn(async move { stream.count().await }).await.unwrap();
    });

    #[traceable(skip_output)]
    async fn responds() -> Response {
        Response(tokens(1).boxed())
    }
    struct Response(BoxStream<'static, String>);
    on_both_runtimes("responds > tokens > child", async || {
        let response = responds().await;
        tokio::spawn(async move { response.0.count().await }).await.unwrap();
    });
}

#[traceable]
async fn opens(fails: bool) -> Result<impl Stream<Item = i32>, String> {
    child(0).await;
    if fails {
        return Err("no connection".to_owned());
    }
    Ok(async_stream::stream! {
        yield child(1).await;
    })
}

#[test]
fn a_future_that_becomes_a_stream_is_one_run() {
    on_both_runtimes("opens > (child, child)", async || {
        let mut stream = std::pin::pin!(opens(false).await.unwrap());
        while stream.next().await.is_some() {}
    });
    on_both_runtimes("opens [error] > child", async || {
        assert_eq!(opens(true).await.err().unwrap(), "no connection");
    });
}

#[traceable]
fn numbers(n: i32) -> impl Iterator<Item = i32> {
    leaf(100);
    (0..n).map(leaf)
}

#[test]
fn iterators_nest_what_they_call_lazily() {
    here("numbers > (leaf, leaf, leaf); leaf", || {
        assert_eq!(numbers(2).sum::<i32>(), 1);
        leaf(5);
    });
}

#[test]
fn a_boxed_iterator_is_a_generator_too() {
    #[traceable]
    fn boxed<'a>(items: &'a [i32]) -> Box<dyn Iterator<Item = i32> + 'a> {
        Box::new(items.iter().map(|x| leaf(*x)))
    }
    here("boxed > (leaf, leaf)", || {
        assert_eq!(boxed(&[1, 2]).count(), 2);
    });
}

#[test]
fn an_iterator_can_be_read_from_both_ends() {
    #[traceable]
    fn both_ends() -> impl DoubleEndedIterator<Item = i32> + ExactSizeIterator {
        [1, 2, 3].into_iter()
    }
    here("both_ends", || {
        let iter = both_ends();
        assert_eq!(iter.len(), 3);
        assert_eq!(iter.rev().collect::<Vec<_>>(), [3, 2, 1]);
    });
}

#[test]
fn a_generator_that_is_left_early_is_no_error() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(async {
            let first: Vec<_> = tokens(5).take(2).collect().await;
            assert_eq!(first, ["0", "1"]);
            leaf(1);
        });
    });
    traceable::assert_tree!(recorder.forest(), "tokens [dropped] > (child, child); leaf");
    let run = recorder.run("tokens");
    assert_eq!(run.status(), Status::Dropped);
    assert_eq!(run.error, None);
    assert_eq!(run.outputs, serde_json::json!({"output": ["0", "1"]}));
    assert_eq!(run.metadata["stream_dropped"], true);
}

#[test]
fn a_generator_that_is_never_polled_leaves_no_run() {
    here("", || {
        drop(tokens(3));
        drop(child(3));
    });
}

#[test]
fn what_is_called_before_the_generator_starts_is_under_it() {
    #[traceable]
    fn prepared() -> impl Stream<Item = i32> {
        let n = leaf(2);
        stream::iter(0..n)
    }
    // a child needs the run, so there is one although nobody polls
    here("prepared [dropped] > leaf", || drop(prepared()));
    on_both_runtimes("prepared > leaf", async || {
        assert_eq!(prepared().count().await, 2);
    });
}

#[test]
fn an_error_that_ends_a_generator_is_its_error() {
    #[traceable]
    fn fails(go_on: bool) -> impl Stream<Item = Result<i32, String>> {
        let mut items = vec![Ok(1), Err("lost".to_owned())];
        if go_on {
            items.push(Ok(2));
        }
        stream::iter(items)
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(fails(false).count());
    });
    let run = recorder.run("fails");
    assert_eq!(run.error.as_deref(), Some("lost"));
    assert_eq!(run.outputs, serde_json::json!({"output": [1]}));

    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(fails(true).count());
    });
    let run = recorder.run("fails");
    assert_eq!(run.error, None);
    assert_eq!(run.events[0]["message"], "lost");
    assert_eq!(run.outputs, serde_json::json!({"output": [1, 2]}));
}

#[test]
fn a_stream_that_moves_between_tasks_keeps_its_place() {
    #[traceable(allow(lost_context))]
    async fn moves() {
        let mut tokens = tokens(3).boxed();
        tokens.next().await;
        let tokens = tokio::spawn(async move {
            let mut tokens = tokens;
            tokens.next().await;
            tokens
        })
        .await
        .unwrap();
        tokens.collect::<Vec<_>>().await;
        pause().await;
    }
    on_both_runtimes("moves > tokens > (child, child, child)", async || moves().await);
}

#[test]
fn items_are_reduced_or_aggregated() {
    fn concat(items: &[String]) -> String {
        items.concat()
    }
    #[traceable(reduce = concat)]
    fn reduced() -> impl Stream<Item = String> {
        stream::iter(["a".to_owned(), "b".to_owned()])
    }
    fn add(sum: &mut i32, item: &i32) {
        *sum += item;
    }
    #[traceable(aggregate(0, add))]
    fn aggregated() -> impl Iterator<Item = i32> {
        1..=4
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(reduced().count());
        assert_eq!(aggregated().count(), 4);
    });
    assert_eq!(recorder.run("reduced").outputs, serde_json::json!({"output": "ab"}));
    assert_eq!(recorder.run("aggregated").outputs, serde_json::json!({"output": 10}));
}

#[test]
fn the_first_token_of_a_model_is_an_event() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        futures::executor::block_on(tokens(3).count());
    });
    let events = recorder.run("tokens").events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["name"], "new_token");
}
