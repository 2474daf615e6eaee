//! B. Streams that leave the function that made them, and other things that are polled.
//!
//! What the documentation tells is the adapter for streams and sinks, as in the file before.

use std::pin::pin;

use futures::stream::BoxStream;
use futures::{SinkExt as _, Stream, StreamExt as _};

use crate::case::{Case, case};
use crate::support::{Duplex, pause};

/// What a handler gives to its framework.
struct Response(BoxStream<'static, u8>);

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn token() {
            pause().await;
        }

        pub(super) fn items() -> impl Stream<Item = u8> + Send + 'static {
            async_stream::stream! {
                token().await;
                yield 1;
                yield 2;
            }
        }

        $(#[$t])*
        fn chat_stream() -> impl Stream<Item = u8> + Send + 'static {
            items()
        }

        pub(super) async fn serves(make: fn() -> BoxStream<'static, u8>) {
            $(#[$t])*
            async fn handler(make: fn() -> BoxStream<'static, u8>) -> Response {
                Response(make())
            }
            let response = kit::entry(handler(make)).await;
            tokio::spawn(async move { response.0.count().await }).await.unwrap();
        }

        pub async fn c16() {
            serves(|| chat_stream().boxed()).await;
        }

        $(#[$t])*
        fn stream() -> impl Stream<Item = u8> + Send + 'static {
            items()
        }

        /// Looks at the first item and hands on what is inside the wrapper. Here nothing comes out of it.
        pub(super) async fn unwraps<S: Stream + Unpin>(make: impl FnOnce() -> S) {
            $(#[$t])*
            async fn parent<S: Stream + Unpin>(make: impl FnOnce() -> S) {
                let mut stream = make();
                stream.next().await;
                assert_eq!(stream.count().await, 1);
            }
            kit::entry(parent(make)).await;
        }

        pub async fn c19() {
            unwraps(|| Box::pin(stream())).await;
        }

        $(#[$t])*
        async fn f() -> Result<impl Stream<Item = u8>, String> {
            Ok(items())
        }

        pub(super) async fn awaits_then_drains<S: Stream, F: Future<Output = Result<S, String>>>(
            make: impl FnOnce() -> F,
        ) {
            $(#[$t])*
            async fn parent<S: Stream, F: Future<Output = Result<S, String>>>(make: impl FnOnce() -> F) {
                let mut stream = pin!(make().await.unwrap());
                while stream.next().await.is_some() {}
            }
            kit::entry(parent(make)).await;
        }

        pub async fn c20() {
            awaits_then_drains(f).await;
        }

        $(#[$t])*
        async fn msg() {}

        pub async fn c21() {
            $(#[$t])*
            async fn consumer() {
                for _ in 0..2 {
                    msg().await;
                }
            }
            kit::entry(consumer()).await;
        }

        pub async fn c21_step() {
            $(#[$t])*
            async fn consumer() {
                for _ in 0..2 {
                    kit::on_its_own(msg).await;
                }
            }
            kit::entry(consumer()).await;
        }

        $(#[$t])*
        pub(super) fn on_recv() {}
        $(#[$t])*
        pub(super) fn on_send() {}

        $(#[$t])*
        fn ws() -> Duplex<fn(), fn()> {
            Duplex { on_recv, on_send, is_drained: false }
        }

        pub async fn c22() {
            kit::entry(async {
                let mut ws = ws();
                ws.send(1).await.unwrap();
                assert_eq!(ws.next().await, Some(1));
            })
            .await;
        }
    };
}
under_each!(bodies);

macro_rules! steps {
    ($(#[$t:meta])*) => {
        pub async fn c16() {
            serves(|| kit::poll_in(items(), kit::span("chat_stream")).boxed()).await;
        }

        pub async fn c20() {
            // by hand: the attribute ends with the future
            async fn f() -> Result<impl Stream<Item = u8>, String> {
                Ok(kit::poll_in(items(), kit::span("f")))
            }
            awaits_then_drains(f).await;
        }

        pub async fn c22() {
            kit::entry(async {
                let duplex = Duplex { on_recv, on_send, is_drained: false };
                let mut ws = kit::poll_in(duplex, kit::span("ws"));
                ws.send(1).await.unwrap();
                assert_eq!(ws.next().await, Some(1));
            })
            .await;
        }
    };
}
under_peers!(steps);

/// tracing-futures hands out what is inside.
async fn c19_tracing() {
    #[tracing::instrument(skip_all)]
    async fn parent() {
        let stream = Box::pin(peer_tracing::items());
        let mut stream = crate::kit::tracing::poll_in(stream, tracing::info_span!("stream"));
        stream.next().await;
        assert_eq!(stream.into_inner().count().await, 1);
    }
    parent().await;
}

/// fastrace-futures does not.
async fn c19_fastrace() {
    use crate::kit::fastrace as kit;
    let stream = || kit::poll_in(Box::pin(peer_fastrace::items()), kit::span("stream"));
    peer_fastrace::unwraps(stream).await;
}

/// A stream that is a sink too is not one of the attribute's kinds: it is carried, and holds its run open.
async fn c22_ours() {
    use traceable::{ContextHandle, InContext, RunTree, traceable};
    #[traceable(skip_all, skip_output)]
    fn ws(#[run_tree] run: RunTree) -> InContext<Duplex<impl FnMut() + Unpin, fn()>> {
        let open = run.keep_open();
        let on_recv = move || {
            let _held = &open;
            ours::on_recv();
        };
        ContextHandle::current().carry(Duplex { on_recv, on_send: ours::on_send, is_drained: false })
    }
    let mut ws = ws();
    ws.send(1).await.unwrap();
    assert_eq!(ws.next().await, Some(1));
}

pub const CASES: &[Case] = &[
    // documented: as in 13
    Case {
        attempts: peers_step!(c16),
        ..case(16, "response drained after its handler (SSE)", "handler > chat_stream > token")
    },
    // documented: as in 13
    Case {
        attempts: [
            naive!(ours::c19),
            both!(peer_tracing::c19, c19_tracing),
            both!(peer_fastrace::c19, c19_fastrace),
        ],
        note: Some(
            "Only tracing-futures hands out the stream inside; its span ends there. The two others keep theirs to \
             themselves.",
        ),
        ..case(19, "wrapper taken off half way", "parent > stream > token")
    },
    // documented: as in 13, in the function by hand
    Case { attempts: peers_step!(c20), ..case(20, "future that becomes a stream", "parent > f > token") },
    // documented: as in 12, for each item
    Case {
        needs: "`detached` per item, or `#[traceable(root)]`",
        attempts: same!(c21, c21_step),
        ..case(21, "one trace per item of an endless stream", "consumer; msg; msg")
    },
    // documented: as in 13; both adapters are sinks as well
    Case {
        needs: "`ContextHandle::carry`, and `keep_open`",
        attempts: [
            both!(ours::c22, c22_ours),
            both!(peer_tracing::c22, steps_tracing::c22),
            both!(peer_fastrace::c22, steps_fastrace::c22),
        ],
        ..case(22, "stream and sink in one", "ws > (on_send, on_recv)")
    },
];
