//! G. Guards. traceable has none: a scope is a closure.
//!
//! Naive is the guard; documented is what `Span::enter` sends its reader to: `in_scope`, and `#[instrument]` where
//! there is an `.await`. fastrace says nothing of guards that leak, or of their order:
//! documented is then that of its examples.

use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};

use crate::case::{Case, EVERYWHERE, case};
use crate::support::start;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        pub(super) async fn b() {}

        $(#[$t])*
        async fn a(started: oneshot::Sender<()>, gate: oneshot::Receiver<()>) {
            started.send(()).unwrap();
            gate.await.unwrap();
        }

        /// `a` waits in one task; meanwhile another task of the same thread calls `b`.
        pub(super) async fn beside_each_other<F: Future + 'static>(
            a: impl FnOnce(oneshot::Sender<()>, oneshot::Receiver<()>) -> F,
        ) {
            let tasks = async {
                let (sender, started) = oneshot::channel();
                let (open, gate) = oneshot::channel();
                let first = spawn_local(a(sender, gate));
                started.await.unwrap();
                spawn_local(kit::entry(b())).await.unwrap();
                open.send(()).unwrap();
                first.await.map(|_| ()).unwrap();
            };
            LocalSet::new().run_until(tasks).await;
        }

        pub async fn c44() {
            beside_each_other(|started, gate| kit::entry(a(started, gate))).await;
        }

        $(#[$t])*
        pub(super) fn x() {}
        $(#[$t])*
        pub(super) fn y() {}

        $(#[$t])*
        pub(super) fn next_request() {}
    };
}
under_each!(bodies);

async fn c44_tracing() {
    use tracing::info_span;
    let a = |started: oneshot::Sender<()>, gate: oneshot::Receiver<()>| async {
        let span = info_span!("a");
        let _guard = span.enter();
        started.send(()).unwrap();
        gate.await.unwrap();
    };
    peer_tracing::beside_each_other(a).await;
}

async fn c44_fastrace() {
    use fastrace::prelude::{Span, SpanContext};
    let a = |started: oneshot::Sender<()>, gate: oneshot::Receiver<()>| async {
        let span = Span::root("a", SpanContext::random());
        let _guard = span.set_local_parent();
        started.send(()).unwrap();
        gate.await.unwrap();
    };
    peer_fastrace::beside_each_other(a).await;
}

async fn c45_ours() {
    use traceable::trace;
    trace("a").scope(|_| trace("b").scope(|_| ours::x()));
    ours::y();
}

async fn c45_tracing() {
    use tracing::info_span;
    let a = info_span!("a");
    let entered_a = a.enter();
    let b = info_span!("b");
    let entered_b = b.enter();
    peer_tracing::x();
    drop(entered_a);
    drop(entered_b);
    peer_tracing::y();
}

async fn c45_tracing_step() {
    use tracing::info_span;
    info_span!("a").in_scope(|| info_span!("b").in_scope(peer_tracing::x));
    peer_tracing::y();
}

async fn c45_fastrace() {
    use fastrace::prelude::{Span, SpanContext};
    let a = Span::root("a", SpanContext::random());
    let entered_a = a.set_local_parent();
    let b = Span::enter_with_local_parent("b");
    let entered_b = b.set_local_parent();
    peer_fastrace::x();
    drop(entered_a);
    drop(entered_b);
    crate::kit::fastrace::entry_call(peer_fastrace::y);
}

async fn c45_fastrace_step() {
    use fastrace::prelude::{Span, SpanContext};
    {
        let a = Span::root("a", SpanContext::random());
        let _entered = a.set_local_parent();
        let b = Span::enter_with_local_parent("b");
        let _entered = b.set_local_parent();
        peer_fastrace::x();
    }
    crate::kit::fastrace::entry_call(peer_fastrace::y);
}

/// The nearest to a guard that leaks is a call that has started and leaks.
async fn c46_ours() {
    #[traceable::traceable]
    async fn a() {
        std::future::pending::<()>().await;
    }
    let mut leaks = Box::pin(a());
    start(&mut leaks).await;
    std::mem::forget(leaks);
    ours::next_request();
}

async fn c46_tracing() {
    std::mem::forget(tracing::info_span!("a").entered());
    peer_tracing::next_request();
}

async fn c46_tracing_step() {
    tracing::info_span!("a").in_scope(|| ());
    peer_tracing::next_request();
}

async fn c46_fastrace() {
    use fastrace::prelude::{Span, SpanContext};
    let a = Span::root("a", SpanContext::random());
    std::mem::forget(a.set_local_parent());
    drop(a);
    crate::kit::fastrace::entry_call(peer_fastrace::next_request);
}

pub const CASES: &[Case] = &[
    // documented: "In Asynchronous Code" of `Span::enter`: `#[instrument]` instead of a guard; fastrace:
    // `in_span`
    Case {
        attempts: [
            naive!(ours::c44),
            both!(c44_tracing, peer_tracing::c44),
            both!(c44_fastrace, peer_fastrace::c44),
        ],
        note: Some(
            "fastrace: right because a root is made by hand, whatever is current. With traceable a guard cannot be \
             written.",
        ),
        ..case(44, "guard held across `.await`", "a; b")
    },
    // documented: `in_scope` instead of guards; fastrace: scopes, as in its examples
    Case {
        on: EVERYWHERE,
        attempts: [
            naive!(c45_ours),
            both!(c45_tracing, c45_tracing_step),
            both!(c45_fastrace, c45_fastrace_step),
        ],
        ..case(45, "guards dropped out of order", "a > b > x; y")
    },
    // documented: `in_scope` instead of a guard
    Case {
        on: EVERYWHERE,
        attempts: [naive!(c46_ours), both!(c46_tracing, c46_tracing_step), naive!(c46_fastrace)],
        note: Some("traceable has no guard to leak; what leaks here is a future that has started."),
        ..case(46, "leaked guard", "a [open]; next_request")
    },
];
