//! E. Messages, actors, services.
//!
//! The steps: the context in the message (traceable: `Envelope`; the others: a `Span` in a field), `bind` for a
//! callback, `on_its_own` for what a harness runs.

use tokio::sync::{mpsc, oneshot};

use crate::case::{Case, case};
use crate::record;
use crate::support::{engine, pause};
use crate::worker::runtime;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn handle() {
            pause().await;
        }

        pub async fn c34() {
            $(#[$t])*
            async fn actor(mut inbox: mpsc::Receiver<oneshot::Sender<()>>) {
                while let Some(done) = inbox.recv().await {
                    handle().await;
                    done.send(()).unwrap();
                }
            }
            $(#[$t])*
            async fn req_a(outbox: mpsc::Sender<oneshot::Sender<()>>) {
                let (done, wait) = oneshot::channel();
                outbox.send(done).await.unwrap();
                wait.await.unwrap();
            }
            let (outbox, inbox) = mpsc::channel(1);
            let actor = tokio::spawn(kit::entry(actor(inbox)));
            kit::entry(req_a(outbox)).await;
            actor.await.unwrap();
        }

        pub async fn c34_step() {
            type Message = kit::Envelope<oneshot::Sender<()>>;
            $(#[$t])*
            async fn actor(mut inbox: mpsc::Receiver<Message>) {
                while let Some(message) = inbox.recv().await {
                    let answer = |done: oneshot::Sender<()>| async {
                        handle().await;
                        done.send(()).unwrap();
                    };
                    message.open_async(answer).await;
                }
            }
            $(#[$t])*
            async fn req_a(outbox: mpsc::Sender<Message>) {
                let (done, wait) = oneshot::channel();
                assert!(outbox.send(kit::Envelope::new(done)).await.is_ok());
                wait.await.unwrap();
            }
            let (outbox, inbox) = mpsc::channel(1);
            let actor = tokio::spawn(kit::entry(actor(inbox)));
            kit::entry(req_a(outbox)).await;
            actor.await.unwrap();
        }

        $(#[$t])*
        fn udf() {}

        pub async fn c35() {
            $(#[$t])*
            async fn query() {
                engine(udf).await;
            }
            kit::entry(query()).await;
        }

        pub async fn c35_step() {
            $(#[$t])*
            async fn query() {
                engine(kit::bind(udf)).await;
            }
            kit::entry(query()).await;
        }

        $(#[$t])*
        async fn target() {
            pause().await;
        }
        $(#[$t])*
        async fn example() {
            target().await;
        }
        $(#[$t])*
        async fn score() {}

        // A harness that is called from a run, and evaluates in the same task.
        pub async fn c36() {
            $(#[$t])*
            async fn experiment() {
                example().await;
                score().await;
            }
            kit::entry(experiment()).await;
        }

        pub async fn c36_step() {
            $(#[$t])*
            async fn experiment() {
                kit::on_its_own(example).await;
                kit::on_its_own(score).await;
            }
            kit::entry(experiment()).await;
        }
    };
}
under_each!(bodies);

/// What two tests, each in a thread of its own as libtest has them, send to destinations of their own.
fn in_two_threads(test_a: impl FnOnce() + Send, test_b: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        scope.spawn(test_a);
        scope.spawn(test_b);
    });
}

async fn c37_ours() {
    use traceable::testing::Recorder;
    use traceable::{TraceableExt as _, traceable};
    #[traceable]
    async fn child() {
        pause().await;
    }
    #[traceable]
    async fn test_a() {
        tokio::spawn(child()).await.unwrap();
    }
    #[traceable]
    async fn test_b() {
        tokio::spawn(child()).await.unwrap();
    }
    let (a, b) = (Recorder::new(), Recorder::new());
    in_two_threads(
        || runtime().block_on(test_a().with_context(a.context())),
        || runtime().block_on(test_b().with_context(b.context())),
    );
    let mut all = record::into_sink("sink_a", 1, record::traceable::records(&a));
    all.extend(record::into_sink("sink_b", 2, record::traceable::records(&b)));
    record::replace(all);
}

/// As the documentation of `set_default` tells for tests; the spawn carries the span, or also the subscriber.
macro_rules! in_two_threads_of_tracing {
    ($spawn:expr) => {
        use record::tracing::Recording;
        use tracing::Instrument as _;
        use tracing_subscriber::layer::SubscriberExt as _;
        #[tracing::instrument]
        async fn child() {
            pause().await;
        }
        #[tracing::instrument]
        async fn test_a() {
            $spawn(child().in_current_span()).await.unwrap();
        }
        #[tracing::instrument]
        async fn test_b() {
            $spawn(child().in_current_span()).await.unwrap();
        }
        fn subscribe(recording: &Recording) -> tracing::subscriber::DefaultGuard {
            tracing::subscriber::set_default(tracing_subscriber::registry().with(recording.clone()))
        }
        let (a, b) = (Recording::default(), Recording::default());
        in_two_threads(
            || {
                let _guard = subscribe(&a);
                runtime().block_on(test_a());
            },
            || {
                let _guard = subscribe(&b);
                runtime().block_on(test_b());
            },
        );
        let mut all = record::into_sink("sink_a", 1, a.records());
        all.extend(record::into_sink("sink_b", 2, b.records()));
        record::replace(all);
    };
}

async fn c37_tracing() {
    in_two_threads_of_tracing!(tokio::spawn);
}

async fn c37_tracing_step() {
    use tracing::instrument::WithSubscriber as _;
    fn spawn(future: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        tokio::spawn(future.with_current_subscriber())
    }
    in_two_threads_of_tracing!(spawn);
}

pub const CASES: &[Case] = &[
    // documented: a `Span` in the message, then `.instrument` or `Span::enter_with_parent`
    Case {
        needs: "`Envelope`",
        attempts: same!(c34, c34_step),
        ..case(34, "message to an actor", "req_a > handle; actor")
    },
    // documented: as in 4
    Case {
        needs: "`bind` on the callback",
        attempts: same!(c35, c35_step),
        ..case(35, "callback from an engine's own task", "query > udf")
    },
    // documented: as in 12
    Case {
        needs: "`detached`, or `#[traceable(root)]`",
        attempts: same!(c36, c36_step),
        ..case(36, "evaluation harness", "experiment; example > target; score")
    },
    // documented: `set_default` for the thread of a test, `with_current_subscriber` for what it spawns
    Case {
        attempts: [naive!(c37_ours), both!(c37_tracing, c37_tracing_step), no_way!()],
        note: Some(
            "A destination for each test: traceable's recorder, `tracing`'s default subscriber of a thread. fastrace \
             has one reporter for the process.",
        ),
        ..case(37, "tests in parallel", "sink_a > test_a > child; sink_b > test_b > child")
    },
];
