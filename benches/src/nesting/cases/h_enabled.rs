//! H. Filters, samplers, times, ids.
//!
//! The steps: `Span::or_current` for a span that may be filtered out, `WithSubscriber` for silence; a fastrace root
//! carries the decision of the sampler itself.

use crate::case::{Case, EVERYWHERE, case};
use crate::support::pause;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        pub(super) async fn child() {
            pause().await;
        }

        // The sampler says no to the root, and would say yes to what is below.
        pub async fn c52() {
            $(#[$t])*
            async fn unsampled() {
                kit::sample(true);
                child().await;
                tokio::spawn(child()).await.unwrap();
            }
            $(#[$t])*
            async fn sampled() {
                child().await;
            }
            kit::sample(false);
            kit::entry(unsampled()).await;
            kit::sample(true);
            kit::entry(sampled()).await;
        }

        // Called before its parent exists.
        pub async fn c53() {
            $(#[$t])*
            async fn parent(child: impl Future<Output = ()>) {
                child.await;
            }
            let child = child();
            kit::entry(parent(child)).await;
        }

        $(#[$t])*
        fn leaf() {}

        // The parent goes to another thread as text.
        pub async fn c54() {
            $(#[$t])*
            fn parent() {
                let _text = kit::headers();
                std::thread::spawn(leaf).join().unwrap();
            }
            kit::entry_call(parent);
        }

        pub async fn c54_step() {
            $(#[$t])*
            fn parent() {
                let text = kit::headers();
                std::thread::spawn(move || kit::received_call(text, leaf)).join().unwrap();
            }
            kit::entry_call(parent);
        }
    };
}
under_each!(bodies);

async fn c51_ours() {
    use traceable::traceable;
    #[traceable(enabled = false)]
    async fn middle() {
        tokio::spawn(ours::child()).await.unwrap();
    }
    #[traceable]
    async fn outer() {
        middle().await;
    }
    outer().await;
}

async fn c51_tracing() {
    use tracing::{Instrument as _, debug_span};
    #[tracing::instrument]
    async fn outer() {
        tokio::spawn(peer_tracing::child().instrument(debug_span!("middle"))).await.unwrap();
    }
    outer().await;
}

// "Using `Span::or_current` ensures the spawned task is instrumented with the current span, if the new span is not
// enabled."
async fn c51_tracing_step() {
    use tracing::{Instrument as _, debug_span};
    #[tracing::instrument]
    async fn outer() {
        let middle = debug_span!("middle").or_current();
        tokio::spawn(peer_tracing::child().instrument(middle)).await.unwrap();
    }
    outer().await;
}

// fastrace has no levels; a span that is not wanted is a `noop`.
async fn c51_fastrace() {
    use fastrace::future::FutureExt as _;
    use fastrace::prelude::Span;
    #[fastrace::trace(short_name = true)]
    async fn outer() {
        tokio::spawn(peer_fastrace::child().in_span(Span::noop())).await.unwrap();
    }
    crate::kit::fastrace::entry(outer()).await;
}

async fn c51_fastrace_step() {
    use crate::kit::fastrace as kit;
    use fastrace::future::FutureExt as _;
    use fastrace::prelude::Span;
    #[fastrace::trace(short_name = true)]
    async fn outer() {
        tokio::spawn(kit::carry(peer_fastrace::child().in_span(Span::noop()))).await.unwrap();
    }
    kit::entry(outer()).await;
}

// A disabled span leaves nothing to its children. What the documentation has for silence is `NoSubscriber`, carried
// by `with_current_subscriber`.
async fn c52_tracing_step() {
    use crate::kit::tracing as kit;
    use tracing::instrument::WithSubscriber as _;
    use tracing::subscriber::NoSubscriber;
    #[tracing::instrument]
    async fn unsampled() {
        kit::sample(true);
        peer_tracing::child().await;
        tokio::spawn(peer_tracing::child().with_current_subscriber()).await.unwrap();
    }
    #[tracing::instrument]
    async fn sampled() {
        peer_tracing::child().await;
    }
    unsampled().with_subscriber(NoSubscriber::default()).await;
    kit::sample(true);
    sampled().await;
}

pub const CASES: &[Case] = &[
    // documented: `Span::or_current`; fastrace: as in 2
    Case {
        attempts: [
            naive!(c51_ours),
            both!(c51_tracing, c51_tracing_step),
            both!(c51_fastrace, c51_fastrace_step),
        ],
        note: Some(
            "`tracing`: the level is on the layer. fastrace has no levels; the span in the middle is a `Span::noop()`.",
        ),
        ..case(51, "span in the middle filtered out", "outer > child")
    },
    // documented: `NoSubscriber` and `with_current_subscriber`; fastrace needs no more than
    // `sampled(false)` at the root
    Case {
        attempts: [naive!(ours::c52), both!(peer_tracing::c52, c52_tracing_step), naive!(peer_fastrace::c52)],
        note: Some("`tracing` has no sampler: naive, the filter of a layer decides for each span."),
        ..case(52, "sampling decided for each span", "sampled > child")
    },
    Case { attempts: same!(c53), ..case(53, "child made before its parent", "parent > child") },
    // documented: as in 49
    Case {
        needs: "`Extra::parent(..)`, with the whole lineage",
        on: EVERYWHERE,
        attempts: same!(c54, c54_step),
        note: Some(crate::cases::AS_IN_49),
        ..case(54, "parent passed as text", "parent > leaf")
    },
];
