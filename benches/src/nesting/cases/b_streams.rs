//! B. Streams that are drained where they were made.
//!
//! Neither `#[instrument]` nor `#[trace]` knows streams: annotated, the span is over before the first item. The
//! documented way is an adapter from a second crate, tracing-futures and fastrace-futures.

use std::pin::pin;

use futures::{Stream, StreamExt as _};

use crate::case::{Case, case};
use crate::support::pause;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn a() {
            pause().await;
        }
        $(#[$t])*
        async fn b() {
            pause().await;
        }
        $(#[$t])*
        async fn consumer_step() {}

        pub(super) fn items() -> impl Stream<Item = u8> + Send + 'static {
            async_stream::stream! {
                a().await;
                yield 1;
                b().await;
                yield 2;
            }
        }
        pub(super) fn items_1() -> impl Stream<Item = u8> {
            async_stream::stream! {
                a().await;
                yield 1;
                a().await;
                yield 2;
            }
        }
        pub(super) fn items_2() -> impl Stream<Item = u8> {
            async_stream::stream! {
                b().await;
                yield 1;
                b().await;
                yield 2;
            }
        }

        $(#[$t])*
        fn stream() -> impl Stream<Item = u8> + Send + 'static {
            items()
        }
        $(#[$t])*
        fn s1() -> impl Stream<Item = u8> {
            items_1()
        }
        $(#[$t])*
        fn s2() -> impl Stream<Item = u8> {
            items_2()
        }

        pub(super) async fn drains<S: Stream>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn parent<S: Stream>(make: impl FnOnce() -> S) {
                let mut stream = pin!(make());
                while stream.next().await.is_some() {}
            }
            kit::entry(parent(make)).await;
        }

        pub(super) async fn steps_between<S: Stream>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn parent<S: Stream>(make: impl FnOnce() -> S) {
                let mut stream = pin!(make());
                while stream.next().await.is_some() {
                    consumer_step().await;
                }
            }
            kit::entry(parent(make)).await;
        }

        pub(super) async fn zips<A: Stream, B: Stream>(make: impl FnOnce() -> (A, B)) {
            $(#[$t])*
            async fn p<A: Stream, B: Stream>(make: impl FnOnce() -> (A, B)) {
                let (first, second) = make();
                let mut pairs = pin!(first.zip(second));
                while pairs.next().await.is_some() {}
            }
            kit::entry(p(make)).await;
        }

        pub(super) async fn leaves_early<S: Stream>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn parent<S: Stream>(make: impl FnOnce() -> S) {
                assert_eq!(pin!(make()).take(1).count().await, 1);
            }
            kit::entry(parent(make)).await;
        }

        pub(super) async fn goes_on<S: Stream>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn next_step() {}
            $(#[$t])*
            async fn p<S: Stream>(make: impl FnOnce() -> S) {
                {
                    let mut stream = pin!(make());
                    stream.next().await;
                }
                next_step().await;
            }
            kit::entry(p(make)).await;
        }

        pub(super) async fn drops_in_another_thread<S: Stream + Send + 'static>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn p<S: Stream + Send + 'static>(make: impl FnOnce() -> S) {
                let mut stream = Box::pin(make());
                stream.next().await;
                std::thread::spawn(move || drop(stream)).join().unwrap();
            }
            kit::entry(p(make)).await;
        }

        pub async fn c13() {
            drains(stream).await;
        }
        pub async fn c14() {
            steps_between(stream).await;
        }
        pub async fn c15() {
            zips(|| (s1(), s2())).await;
        }
        pub async fn c17() {
            leaves_early(stream).await;
        }
        pub async fn c18() {
            goes_on(stream).await;
        }
        pub async fn c42() {
            drops_in_another_thread(stream).await;
        }
    };
}
under_each!(bodies);

macro_rules! steps {
    ($(#[$t:meta])*) => {
        fn stream() -> impl Stream<Item = u8> + Send + 'static {
            kit::poll_in(items(), kit::span("stream"))
        }

        pub async fn c13() {
            drains(stream).await;
        }
        pub async fn c14() {
            steps_between(stream).await;
        }
        pub async fn c15() {
            let first = || kit::poll_in(items_1(), kit::span("s1"));
            let second = || kit::poll_in(items_2(), kit::span("s2"));
            zips(|| (first(), second())).await;
        }
        pub async fn c17() {
            leaves_early(stream).await;
        }
        pub async fn c18() {
            goes_on(stream).await;
        }
        pub async fn c42() {
            drops_in_another_thread(stream).await;
        }
    };
}
under_peers!(steps);

pub const CASES: &[Case] = &[
    // documented, here and below: tracing-futures' `Instrument`, fastrace-futures' `in_span`
    Case {
        attempts: peers_step!(c13),
        ..case(13, "children inside a generator", "parent > stream > (a, b)")
    },
    Case {
        attempts: peers_step!(c14),
        ..case(
            14,
            "what the consumer calls between items",
            "parent > (stream > (a, b), consumer_step, consumer_step)",
        )
    },
    Case {
        attempts: peers_step!(c15),
        ..case(15, "two generators in turn", "p > (s1 > (a, a), s2 > (b, b))")
    },
    Case { attempts: peers_step!(c17), ..case(17, "stream left early", "parent > stream [dropped] > a") },
    Case {
        attempts: peers_step!(c18),
        ..case(18, "call after a stream was left early", "p > (stream [dropped] > a, next_step)")
    },
    // of group F: the end must not need an `.await`
    // documented: as in 13
    Case {
        attempts: peers_step!(c42),
        ..case(42, "end in a plain drop, elsewhere", "p > stream [dropped] > a")
    },
];
