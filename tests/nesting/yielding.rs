//! Generators written as `async` blocks.

use std::sync::Mutex;

use futures::stream::{FuturesUnordered, Stream, StreamExt};
use traceable::testing::Status;
use traceable::{assert_tree, prelude::*, stream, try_stream};

use crate::support::{all, child, forests, leaf, on_both_runtimes};

#[traceable(run_type = "llm")]
fn tokens(n: i32) -> impl Stream<Item = i32> {
    stream(move |out| async move {
        for i in 0..n {
            let token = child(i).await;
            out.yield_(token).await;
        }
    })
}

#[test]
fn what_the_block_calls_is_under_it_and_what_the_consumer_calls_is_not() {
    #[traceable]
    async fn consumes() {
        let mut tokens = std::pin::pin!(tokens(2));
        while let Some(token) = tokens.next().await {
            leaf(token);
        }
    }
    for forest in forests(async || consumes().await) {
        assert_tree!(forest, "consumes > (tokens > (child, child), leaf, leaf)");
        let tokens = all(&forest, "tokens")[0];
        assert_eq!(tokens.outputs, serde_json::json!({"output": [0, 1]}));
        assert_eq!(tokens.events[0]["name"], "new_token");
    }
}

// The block is written in the run of its function, so a task that it spawns carries no context by itself; the call does.
#[test]
fn a_block_that_is_drained_in_another_task_stays_where_it_was_made() {
    #[traceable]
    async fn hands_on() -> usize {
        tokio::spawn(tokens(2).collect::<Vec<_>>()).await.unwrap().len()
    }
    on_both_runtimes("hands_on > tokens > (child, child)", async || {
        assert_eq!(hands_on().await, 2);
    });
}

#[test]
fn a_task_of_the_block_yields_under_its_run() {
    #[traceable]
    fn produces() -> impl Stream<Item = i32> {
        stream(|out| async move {
            let elsewhere = async move {
                for i in 0..2 {
                    out.yield_(child(i).await).await;
                }
            };
            tokio::spawn(elsewhere.in_current_run()).await.unwrap();
        })
    }
    on_both_runtimes("produces > (child, child)", async || {
        assert_eq!(produces().collect::<Vec<_>>().await, [0, 1]);
    });
}

#[test]
fn a_stream_left_early_drops_its_block_inside_the_run() {
    struct Note;
    impl Drop for Note {
        fn drop(&mut self) {
            leaf(9);
        }
    }
    #[traceable]
    fn noted() -> impl Stream<Item = i32> {
        stream(|out| async move {
            let _note = Note;
            out.yield_(1).await;
            child(2).await;
        })
    }
    for forest in forests(async || {
        let mut noted = Box::pin(noted());
        assert_eq!(noted.next().await, Some(1));
        drop(noted);
    }) {
        assert_tree!(forest, "noted [dropped] > leaf");
        assert_eq!(forest.runs()[0].status(), Status::Dropped);
    }
}

#[test]
fn the_err_of_a_block_is_the_error_of_its_run() {
    #[traceable]
    fn fails() -> impl Stream<Item = Result<i32, String>> {
        try_stream(async |out| {
            out.yield_(child(1).await).await;
            Err("no more".to_owned())
        })
    }
    for forest in forests(async || assert_eq!(fails().count().await, 2)) {
        assert_tree!(forest, "fails [error] > child");
        let run = &forest.runs()[0];
        assert_eq!(run.error.as_deref(), Some("no more"));
        assert_eq!(run.outputs, serde_json::json!({"output": [1]}));
    }
}

#[test]
fn branches_that_yield_at_once_are_under_one_run() {
    #[traceable]
    fn merges(n: i32) -> impl Stream<Item = i32> {
        stream(move |out| async move {
            let mut branches: FuturesUnordered<_> =
                (0..n).map(async |i| out.yield_(child(i).await).await).collect();
            while branches.next().await.is_some() {}
        })
    }
    on_both_runtimes("merges > (child, child, child)", async || {
        assert_eq!(merges(3).count().await, 3);
    });
}

// What a tuple carries out lives as long as what holds the run open; its items are for the program to record.
#[test]
fn a_stream_beside_a_handle_keeps_the_run_open() {
    #[traceable(skip_output)]
    fn opens(#[run_tree] run: RunTree) -> (impl Stream<Item = i32>, tokio::sync::oneshot::Receiver<usize>) {
        let (count, handle) = tokio::sync::oneshot::channel();
        let open = run.keep_open();
        let items = stream(move |out| async move {
            let _open = open;
            for i in 0..2 {
                out.yield_(child(i).await).await;
            }
            run.add_outputs(serde_json::json!({"items": 2}));
            let _ = count.send(2);
        });
        (items.in_current_run(), handle)
    }
    let seen = Mutex::new(Vec::new());
    for forest in forests(async || {
        let (items, count) = opens();
        let items: Vec<_> = items.collect().await;
        let count = count.await.unwrap();
        seen.lock().unwrap().push((items, count));
    }) {
        assert_tree!(forest, "opens > (child, child)");
        assert_eq!(forest.runs()[0].outputs, serde_json::json!({"items": 2}));
        let child = all(&forest, "child")[1];
        assert!(forest.runs()[0].end_time >= child.end_time);
        assert_eq!(child.metadata.get("late_start"), None);
    }
    assert_eq!(seen.into_inner().unwrap(), [(vec![0, 1], 2), (vec![0, 1], 2)]);
}
