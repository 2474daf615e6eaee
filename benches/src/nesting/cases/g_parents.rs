//! G. Two libraries in one program, two candidates for a parent, and parents that come late or are out of date.

use tokio::sync::oneshot;

use crate::case::{Case, case};
use crate::support::pause;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn c() {
            pause().await;
        }

        // The spawn carries the context of another library, and of that only.
        pub async fn c47() {
            $(#[$t])*
            async fn p() {
                tokio::spawn(kit::in_another_library(c())).await.unwrap();
            }
            kit::entry(p()).await;
        }

        pub async fn c47_step() {
            $(#[$t])*
            async fn p() {
                tokio::spawn(kit::carry(kit::in_another_library(c()))).await.unwrap();
            }
            kit::entry(p()).await;
        }

        // Called in one run and polled in another below it: the deeper one is the parent.
        pub async fn c48() {
            $(#[$t])*
            async fn ls2() {}
            $(#[$t])*
            async fn ls(later: impl Future<Output = ()>) {
                later.await;
            }
            $(#[$t])*
            async fn lc() {
                let later = ls2();
                ls(later).await;
            }
            kit::entry(lc()).await;
        }

        $(#[$t])*
        async fn child() {}

        $(#[$t])*
        async fn handler(headers: kit::Headers) {
            // a parent cannot be set here any more: none of the libraries has a call for it
            assert!(!headers.is_empty());
            child().await;
        }

        $(#[$t])*
        async fn remote(outbox: oneshot::Sender<kit::Headers>, done: oneshot::Receiver<()>) {
            outbox.send(kit::headers()).unwrap();
            done.await.unwrap();
        }

        async fn serves<F: Future>(handle: impl FnOnce(kit::Headers) -> F + Send + 'static) {
            let (outbox, inbox) = oneshot::channel();
            let (finish, done) = oneshot::channel();
            let client = kit::entry(remote(outbox, done));
            let server = async {
                handle(inbox.await.unwrap()).await;
                finish.send(()).unwrap();
            };
            futures::join!(client, server);
        }

        pub async fn c49() {
            serves(handler).await;
        }

        pub async fn c49_step() {
            serves(|headers| kit::received(headers.clone(), || handler(headers))).await;
        }

        /// A service that lives longer than a request.
        struct Agent {
            parent: Option<kit::Handle>,
        }

        $(#[$t])*
        async fn agent_call() {}

        impl Agent {
            async fn call(&self) {
                match &self.parent {
                    Some(parent) => kit::under_async(parent, agent_call).await,
                    None => agent_call().await,
                }
            }
        }

        $(#[$t])*
        async fn req_2(agent: &Agent) {
            agent.call().await;
        }

        // The agent keeps the run of the request that made it.
        pub async fn c50() {
            $(#[$t])*
            async fn req_1() -> Agent {
                let agent = Agent { parent: Some(kit::handle()) };
                agent.call().await;
                agent
            }
            let agent = kit::entry(req_1()).await;
            kit::entry(req_2(&agent)).await;
        }

        pub async fn c50_step() {
            $(#[$t])*
            async fn req_1() -> Agent {
                let agent = Agent { parent: None };
                agent.call().await;
                agent
            }
            let agent = kit::entry(req_1()).await;
            kit::entry(req_2(&agent)).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    // documented: as in 2, besides the other library's
    Case { attempts: same!(c47, c47_step), ..case(47, "two libraries in one program", "p > c") },
    Case { attempts: same!(c48), ..case(48, "two candidates for a parent", "lc > ls > ls2") },
    // documented: the parent where the span is made: `parent: id`; `Span::root(.., SpanContext)`
    Case {
        needs: "`Extra::parent(&headers)` at the call",
        attempts: same!(c49, c49_step),
        note: Some(crate::cases::IN_ONE_PROCESS),
        ..case(49, "parent known only after the start", "remote > handler > child")
    },
    // documented: nothing is kept; the current span is the parent
    Case {
        needs: "no handle in the struct",
        attempts: same!(c50, c50_step),
        note: Some("Naive is the mistake: the service keeps the run of the request that made it."),
        ..case(50, "service that keeps a handle", "req_1 > agent_call; req_2 > agent_call")
    },
];
