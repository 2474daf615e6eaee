//! A. Calls that are handed to another task.
//!
//! What the documentation tells is `carry`, see [`kit`](crate::kit): `tracing` has it at `Instrument::in_current_span`
//! ("when spawning a new future"), fastrace in the example of its module `future`, which spawns a task.

use tokio::sync::oneshot;
use tokio::task::{JoinSet, spawn_blocking};

use crate::case::{Case, case};
use crate::support::{Task, after, pause};

/// Work for a pool, made by a builder.
type Works = [Box<dyn FnOnce() + Send>; 2];

async fn run_in_pool(works: Works) {
    for work in works {
        spawn_blocking(work).await.unwrap();
    }
}

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn child() {
            pause().await;
        }

        pub async fn c02() {
            $(#[$t])*
            async fn parent() {
                tokio::spawn(child()).await.unwrap();
                let mut set = JoinSet::new();
                set.spawn(child());
                set.join_all().await;
            }
            kit::entry(parent()).await;
        }

        pub async fn c02_step() {
            $(#[$t])*
            async fn parent() {
                tokio::spawn(kit::carry(child())).await.unwrap();
                let mut set = JoinSet::new();
                set.spawn(kit::carry(child()));
                set.join_all().await;
            }
            kit::entry(parent()).await;
        }

        pub async fn c03() {
            $(#[$t])*
            async fn parent() {
                tokio::spawn(async { child().await }).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        pub async fn c03_step() {
            $(#[$t])*
            async fn parent() {
                kit::spawn(async { child().await }).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        $(#[$t])*
        fn w1() {}
        $(#[$t])*
        fn w2() {}

        // One line too early: captured by a builder, in G.
        pub async fn c04() {
            $(#[$t])*
            async fn p(works: Works) {
                run_in_pool(works).await;
            }
            $(#[$t])*
            async fn g() {
                let works: Works = [Box::new(kit::bind(w1)), Box::new(kit::bind(w2))];
                p(works).await;
            }
            kit::entry(g()).await;
        }

        pub async fn c04_step() {
            $(#[$t])*
            async fn p() {
                run_in_pool([Box::new(kit::bind(w1)), Box::new(kit::bind(w2))]).await;
            }
            $(#[$t])*
            async fn g() {
                p().await;
            }
            kit::entry(g()).await;
        }

        async fn fire_and_forget(parent: impl FnOnce(oneshot::Receiver<()>) -> Task) {
            let (open, gate) = oneshot::channel();
            let task = parent(gate);
            open.send(()).unwrap();
            task.ended().await;
        }

        pub async fn c05() {
            $(#[$t])*
            fn parent(gate: oneshot::Receiver<()>) -> Task {
                Task(tokio::spawn(after(gate, child())))
            }
            fire_and_forget(|gate| kit::entry_call(|| parent(gate))).await;
        }

        pub async fn c05_step() {
            $(#[$t])*
            fn parent(gate: oneshot::Receiver<()>) -> Task {
                Task(tokio::spawn(kit::carry(after(gate, child()))))
            }
            fire_and_forget(|gate| kit::entry_call(|| parent(gate))).await;
        }

        $(#[$t])*
        async fn outlives(started: oneshot::Sender<()>, gate: oneshot::Receiver<()>) {
            started.send(()).unwrap();
            gate.await.unwrap();
        }

        pub async fn c06() {
            $(#[$t])*
            async fn parent(gate: oneshot::Receiver<()>) -> Task {
                let (sender, started) = oneshot::channel();
                let task = Task(tokio::spawn(outlives(sender, gate)));
                started.await.unwrap();
                task
            }
            let (open, gate) = oneshot::channel();
            let task = kit::entry(parent(gate)).await;
            open.send(()).unwrap();
            task.ended().await;
        }

        pub async fn c06_step() {
            $(#[$t])*
            async fn parent(gate: oneshot::Receiver<()>) -> Task {
                let (sender, started) = oneshot::channel();
                let task = Task(tokio::spawn(kit::carry(outlives(sender, gate))));
                started.await.unwrap();
                task
            }
            let (open, gate) = oneshot::channel();
            let task = kit::entry(parent(gate)).await;
            open.send(()).unwrap();
            task.ended().await;
        }

        $(#[$t])*
        fn ping() {}

        /// A client that opens a connection at its first request, whose task carries the context as hyper's does.
        fn connect(gate: oneshot::Receiver<()>) -> Task {
            Task(tokio::spawn(kit::carry(async move {
                gate.await.unwrap();
                ping();
            })))
        }

        pub async fn c07() {
            $(#[$t])*
            async fn llm_call(gate: oneshot::Receiver<()>) -> Task {
                connect(gate)
            }
            $(#[$t])*
            async fn request_1(gate: oneshot::Receiver<()>) -> Task {
                llm_call(gate).await
            }
            let (open, gate) = oneshot::channel();
            let connection = kit::entry(request_1(gate)).await;
            open.send(()).unwrap();
            connection.ended().await;
        }

        pub async fn c07_step() {
            $(#[$t])*
            async fn llm_call(gate: oneshot::Receiver<()>) -> Task {
                kit::apart(|| connect(gate))
            }
            $(#[$t])*
            async fn request_1(gate: oneshot::Receiver<()>) -> Task {
                llm_call(gate).await
            }
            let (open, gate) = oneshot::channel();
            let connection = kit::entry(request_1(gate)).await;
            open.send(()).unwrap();
            connection.ended().await;
        }

        /// A library that spawns, and offers no place to put a context.
        async fn library() {
            tokio::spawn(async { child().await }).await.unwrap();
        }

        pub async fn c11() {
            $(#[$t])*
            async fn parent() {
                library().await;
            }
            kit::entry(parent()).await;
        }

        $(#[$t])*
        async fn notify() {}

        pub async fn c12() {
            $(#[$t])*
            async fn request() {
                tokio::spawn(notify()).await.unwrap();
            }
            kit::entry(request()).await;
        }

        pub async fn c12_step() {
            $(#[$t])*
            async fn request() {
                tokio::spawn(kit::on_its_own(notify)).await.unwrap();
            }
            kit::entry(request()).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    // documented: `in_current_span`, as "when spawning a new future" tells; `in_span` of fastrace's module
    // `future`
    Case { attempts: same!(c02, c02_step), ..case(2, "`spawn(child())`", "parent > (child, child)") },
    // documented: as in 2
    Case {
        needs: "`task::spawn`, or `.in_current_run()`",
        attempts: same!(c03, c03_step),
        ..case(3, "`spawn(async { child().await })`", "parent > child")
    },
    // documented: `Span::current()` (or a fastrace `Span`) where the work is handed out, then `in_scope`
    Case {
        needs: "`bind` inside the run",
        attempts: same!(c04, c04_step),
        note: Some("Naive is the mistake: the closure is bound one line too early."),
        ..case(4, "context captured before the parent exists", "g > p > (w1, w2)")
    },
    // documented: as in 2; the parent may have ended
    Case {
        attempts: same!(c05, c05_step),
        ..case(5, "child starts after its parent has ended", "parent > child")
    },
    // documented: as in 2
    Case {
        ends: &[("parent", "outlives")],
        attempts: same!(c06, c06_step),
        note: Some(
            "`tracing`: the place is right, but a span closes only after its last child, so that the parent lasts \
             as long as what it left behind.",
        ),
        ..case(6, "child ends after its parent", "parent > outlives")
    },
    // documented: `NoSubscriber` for code that is not to be traced; a fastrace root of its own
    Case {
        needs: "`detached` around what opens it",
        ends: &[("request_1", "ping")],
        attempts: same!(c07, c07_step),
        note: Some(
            "A connection whose task carries the context, as hyper's does, must not be charged to the first request \
             nor keep it open. `tracing` cannot leave a span; a block without a subscriber does it.",
        ),
        ..case(7, "context held by a long-lived task", "request_1 > llm_call; ping")
    },
    // documented: nothing, by nobody
    Case {
        needs: "not possible on stable",
        attempts: same!(c11),
        note: Some(
            "The library spawns a call on its own and takes nothing that could carry a context. Only tokio's \
             unstable task hooks see it.",
        ),
        ..case(11, "spawn inside a library, no hook", "parent > child")
    },
    // documented: `parent: None` with `follows_from`; `Span::root` with `with_link`
    Case {
        needs: "`detached`, or `#[traceable(root)]`",
        attempts: same!(c12, c12_step),
        note: Some("`tracing`: right because a spawned call loses its context, see 2."),
        ..case(12, "background work that should not inherit", "request; notify")
    },
];
