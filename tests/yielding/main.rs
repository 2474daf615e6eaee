//! `traceable::stream` and `try_stream`: what their consumers see, without any tracing.

mod property;

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::executor::block_on;
use futures::future::{join, select};
use futures::stream::{FusedStream, FuturesUnordered, Stream, StreamExt, TryStreamExt};
use futures::{FutureExt, pin_mut};
use tokio::sync::oneshot;
use traceable::{stream, try_stream};

/// Other tasks get a turn, `times` times.
async fn pause(times: u8) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

fn numbers(n: u32) -> impl FusedStream<Item = u32> + Send {
    stream(move |out| async move {
        for i in 0..n {
            out.yield_(i).await;
        }
    })
}

#[test]
fn it_yields_what_the_block_yields_and_ends_with_it() {
    let mut numbers = pin!(numbers(3));
    assert_eq!(numbers.size_hint(), (0, None));
    assert_eq!(block_on(numbers.by_ref().collect::<Vec<_>>()), [0, 1, 2]);
    assert!(numbers.is_terminated());
    assert_eq!(numbers.size_hint(), (0, Some(0)));
    assert_eq!(block_on(numbers.next()), None);
    assert_eq!(block_on(stream(async |_: traceable::Yielder<u8>| ()).count()), 0);
}

#[test]
fn an_async_closure_borrows_what_is_around_it() {
    let words = ["a".to_owned(), "b".to_owned()];
    let lent = stream(async |out| {
        for word in &words {
            out.yield_(word.as_str()).await;
        }
    });
    assert_eq!(block_on(lent.collect::<Vec<_>>()), ["a", "b"]);
}

// `Rc` in the block: it compiles because the stream asks for no more than its user does.
#[test]
fn a_stream_is_sent_if_its_block_may_be_and_stays_if_not() {
    fn is_send(_: &impl Send) {}
    is_send(&numbers(1));
    let shared = Rc::new(Cell::new(0));
    let counts = stream(|out| {
        let shared = shared.clone();
        async move {
            out.yield_(Rc::new(1)).await;
            shared.set(shared.get() + 1);
        }
    });
    assert_eq!(block_on(counts.count()), 1);
    assert_eq!(shared.get(), 1);
}

#[test]
fn nothing_runs_ahead_of_the_consumer() {
    let steps = Cell::new(0);
    let mut items = pin!(stream(async |out| {
        loop {
            steps.set(steps.get() + 1);
            out.yield_(steps.get()).await;
        }
    }));
    assert_eq!(steps.get(), 0);
    for asked in 1..5 {
        assert_eq!(block_on(items.next()), Some(asked));
        assert_eq!(steps.get(), asked);
    }
}

#[test]
fn a_stream_that_is_dropped_drops_its_block_where_it_waits() {
    struct Note<'a>(&'a Cell<u8>);
    impl Drop for Note<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let (dropped, passed) = (Cell::new(0), Cell::new(false));
    let items = stream(async |out| {
        let _note = Note(&dropped);
        out.yield_(Note(&dropped)).await;
        passed.set(true);
    });
    let mut items = Box::pin(items);
    let item = block_on(items.next());
    assert_eq!(dropped.get(), 0);
    drop(items);
    assert_eq!((dropped.get(), passed.get()), (1, false));
    drop(item);
    assert_eq!(dropped.get(), 2);
}

#[test]
fn an_err_of_the_block_is_the_last_item() {
    fn parsed(text: &str) -> impl Stream<Item = Result<u8, std::num::ParseIntError>> {
        try_stream(async move |out| {
            for word in text.split(' ') {
                out.yield_(word.parse()?).await;
            }
            Ok(())
        })
    }
    assert_eq!(block_on(parsed("1 2").try_collect::<Vec<_>>()).unwrap(), [1, 2]);
    let items: Vec<_> = block_on(parsed("1 x 2").collect());
    assert_eq!(items.len(), 2);
    assert!(items[1].is_err());
}

// neither starves the other
#[test]
fn two_branches_of_a_join_take_turns() {
    let merged = stream(|out| async move {
        let branch = async |from: u32| {
            for i in from..from + 3 {
                out.yield_(i).await;
            }
        };
        join(branch(0), branch(10)).await;
    });
    assert_eq!(block_on(merged.collect::<Vec<_>>()), [0, 10, 1, 11, 2, 12]);
}

// Such a set polls only what was woken, each with a waker of its own.
#[test]
fn what_waits_in_a_set_of_futures_is_woken() {
    let merged = stream(|out| async move {
        let out = &out;
        let mut set: FuturesUnordered<_> = (0..5)
            .map(|i| async move {
                out.yield_(2 * i).await;
                out.yield_(2 * i + 1).await;
            })
            .collect();
        while set.next().await.is_some() {}
    });
    let mut items = block_on(merged.collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..10).collect::<Vec<_>>());
}

#[test]
fn a_yield_that_loses_takes_its_item_back() {
    let items = stream(|out| async move {
        {
            let (lost, won) = (out.yield_(1), async {});
            pin_mut!(lost, won);
            select(lost, won).await;
        }
        out.yield_(2).await;
        // whoever waited for the place of the lost one gets it
        let waits = FuturesUnordered::from_iter([out.yield_(4)]);
        let lost = out.yield_(3);
        let (mut lost, mut waits) = (Box::pin(lost), waits.into_future());
        let mut is_first = true;
        poll_fn(|cx| {
            if std::mem::take(&mut is_first) {
                assert!(lost.poll_unpin(cx).is_pending());
            }
            assert!(waits.poll_unpin(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(lost);
        assert_eq!(waits.await.0, Some(()));
    });
    assert_eq!(block_on(items.collect::<Vec<_>>()), [2, 4]);
}

#[test]
fn a_forgotten_yield_does_not_block_the_next() {
    let items = stream(|out| async move {
        let mut forgotten = Box::pin(out.yield_(1));
        poll_fn(|cx| {
            assert!(forgotten.poll_unpin(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        std::mem::forget(forgotten);
        out.yield_(2).await;
    });
    assert_eq!(block_on(items.collect::<Vec<_>>()), [1, 2]);
}

#[test]
fn another_streams_block_may_yield() {
    let outer = stream(|out| async move {
        let inner = stream(|inner| {
            async move {
                for i in 0..2 {
                    out.yield_(i).await;
                    inner.yield_(10 + i).await;
                }
                out
            }
            .map(drop)
        });
        pin_mut!(inner);
        while inner.next().await.is_some() {}
    });
    assert_eq!(block_on(outer.collect::<Vec<_>>()), [0, 1]);
}

/// A wake-up that is lost fails the test, instead of hanging it.
fn on_both_runtimes(test: impl AsyncFn()) {
    let one = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let many = tokio::runtime::Builder::new_multi_thread().enable_time().worker_threads(3).build().unwrap();
    for runtime in [one, many] {
        let in_time = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), test()).await });
        in_time.expect("woken in time");
    }
}

#[test]
fn another_task_may_yield_and_wakes_the_consumer() {
    on_both_runtimes(async || {
        let items = stream(|out| async move {
            let elsewhere = tokio::spawn(async move {
                for i in 0..1000_u32 {
                    out.yield_(i).await;
                    pause((i % 3) as u8).await;
                }
            });
            elsewhere.await.unwrap();
        });
        assert_eq!(items.collect::<Vec<_>>().await, (0..1000).collect::<Vec<_>>());
    });
}

// One waker for both: the stream is not the one who polls the other branch.
#[test]
fn another_branch_of_its_task_may_yield() {
    on_both_runtimes(async || {
        for feed_first in [false, true] {
            let mut lent = None;
            let items = stream(|out| {
                lent = Some(out);
                std::future::pending()
            });
            let out = lent.unwrap();
            let feed = async {
                for i in 0.. {
                    out.yield_(i).await;
                }
                unreachable!("the numbers do not end")
            };
            let (feed, consume) = (feed.boxed_local(), items.take(3).collect::<Vec<u64>>().boxed_local());
            let (first, second) = if feed_first { (feed, consume) } else { (consume, feed) };
            assert_eq!(select(first, second).await.factor_first().0, [0, 1, 2]);
        }
    });
}

// Nobody will ask for the item, so what comes after it does not run: the task waits, and is dropped as any other.
#[test]
fn what_yields_into_a_stream_that_is_gone_waits_and_is_dropped_with_its_task() {
    on_both_runtimes(async || {
        let (out, lent) = oneshot::channel();
        let ended = stream(|yielder| async move { drop(out.send(yielder)) });
        assert_eq!(ended.count().await, 0);
        let out = lent.await.unwrap();
        let item = Arc::new(());
        let lost = item.clone();
        let task = tokio::spawn(async move { out.yield_(lost).await });
        pause(20).await;
        assert!(!task.is_finished());
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(Arc::strong_count(&item), 1);
    });
}

#[test]
fn it_may_lose_a_select_again_and_again() {
    on_both_runtimes(async || {
        let slow = stream(|out| async move {
            for i in 0..3_u8 {
                pause(4).await;
                out.yield_(i).await;
            }
        });
        pin_mut!(slow);
        let (mut seen, mut lost) = (Vec::new(), 0);
        while seen.len() < 3 {
            tokio::select! {
                biased;
                item = slow.next() => seen.push(item.unwrap()),
                () = pause(1) => lost += 1,
            }
        }
        assert_eq!(seen, [0, 1, 2]);
        assert!(lost >= 3, "{lost}");
    });
}

#[test]
fn a_panic_reaches_the_consumer() {
    let mut items = Box::pin(stream(|out| async move {
        out.yield_(1).await;
        panic!("no more");
    }));
    assert_eq!(block_on(items.next()), Some(1));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(items.next())));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"no more"));
}

// A consumer's task that is woken by every item polls twice for each.
#[test]
fn a_yield_in_its_own_block_wakes_nobody() {
    #[derive(Default)]
    struct Wakes(AtomicUsize);
    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut numbers = pin!(numbers(100));
    let mut cx = Context::from_waker(&waker);
    while let Poll::Ready(Some(_)) = numbers.as_mut().poll_next(&mut cx) {}
    assert!(numbers.is_terminated());
    assert_eq!(wakes.0.load(SeqCst), 0);
}
