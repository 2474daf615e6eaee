//! I. Between processes, by headers. Modelled in one: what goes from one to the other is text.

use tokio::sync::oneshot;

use crate::case::{Case, case};
use crate::cases::AS_IN_49;
use crate::support::pause;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn child() {
            pause().await;
        }
        $(#[$t])*
        async fn handler() {
            pause().await;
        }
        $(#[$t])*
        async fn handler_with_child() {
            child().await;
        }

        $(#[$t])*
        async fn client(outbox: oneshot::Sender<kit::Headers>, done: oneshot::Receiver<()>) {
            outbox.send(kit::headers()).unwrap();
            done.await.unwrap();
        }

        /// A server in a task without a context, which answers while the client waits.
        async fn request<F: Future<Output = ()> + Send + 'static>(
            handle: impl FnOnce(kit::Headers) -> F + Send + 'static,
        ) {
            let (outbox, inbox) = oneshot::channel();
            let (finish, done) = oneshot::channel();
            let server = tokio::spawn(async {
                handle(inbox.await.unwrap()).await;
                finish.send(()).unwrap();
            });
            kit::entry(client(outbox, done)).await;
            server.await.unwrap();
        }

        pub async fn c55() {
            request(|_| handler_with_child()).await;
        }
        pub async fn c55_step() {
            request(|headers| kit::received(headers, handler_with_child)).await;
        }

        pub async fn c56_step() {
            for headers in kit::malformed() {
                kit::received(headers, handler).await;
            }
        }

        pub async fn c57() {
            request(|_| handler()).await;
        }
        pub async fn c57_step() {
            let handle = |mut headers: kit::Headers| {
                headers.retain(|(name, _)| name != "baggage");
                let member = |n: u32| format!("langsmith-metadata=%7B%22k{n}%22%3A1%7D");
                let hostile: Vec<_> = (0..2000).map(member).collect();
                headers.push(("baggage".to_owned(), hostile.join(",")));
                kit::received(headers, handler)
            };
            request(handle).await;
        }

        // Anybody can claim to be a child of the client.
        pub async fn c58() {
            request(|headers| kit::received(headers, handler)).await;
        }
        pub async fn c58_step() {
            request(|_| kit::on_its_own(handler)).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    // documented: as in 49, with `encode_w3c_traceparent` and `decode_w3c_traceparent`
    Case {
        needs: "`to_headers`, `Extra::parent(&headers)`",
        attempts: same!(c55, c55_step),
        note: Some(AS_IN_49),
        ..case(55, "headers there and back", "client > handler_with_child > child")
    },
    // documented: as in 55; `decode_w3c_traceparent` gives `None`
    Case {
        needs: "`Extra::parent(&headers)`",
        attempts: [only!(ours::c56_step), only!(peer_tracing::c56_step), only!(peer_fastrace::c56_step)],
        note: Some(AS_IN_49),
        ..case(56, "malformed header", "handler; handler; handler; handler; handler")
    },
    // documented: as in 55
    Case {
        needs: "`Extra::parent(&headers)`",
        attempts: same!(c57, c57_step),
        note: Some("`tracing` and fastrace have no baggage, and pass it over. And as in 49."),
        ..case(57, "oversized baggage", "client > handler")
    },
    // documented: as in 12
    Case {
        needs: "`detached`, or `#[traceable(root)]`",
        attempts: same!(c58, c58_step),
        note: Some("Naive: the header is believed. And as in 49."),
        ..case(58, "claimed parent at an untrusted edge", "client; handler")
    },
];
