//! F. Cancellation, panic, drop. (42 is with the streams.)
//!
//! There is nothing to add but `carry`, and in fastrace a context in the guard: its adapter does not enter the span
//! while the future is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::oneshot;

use crate::case::{Case, EVERYWHERE, case};
use crate::support::{OnDrop, panics, pause};
use crate::worker::runtime;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        fn cleanup() {}

        pub async fn c38() {
            $(#[$t])*
            async fn a() {
                let _guard = OnDrop::new(cleanup);
                std::future::pending::<()>().await;
            }
            $(#[$t])*
            async fn p() {
                assert!(a().now_or_never().is_none());
            }
            kit::entry(p()).await;
        }

        // The guard brings its context.
        pub async fn c38_step() {
            $(#[$t])*
            async fn a() {
                let context = kit::handle();
                let _guard = OnDrop::new(move || kit::under(&context, cleanup));
                std::future::pending::<()>().await;
            }
            $(#[$t])*
            async fn p() {
                assert!(a().now_or_never().is_none());
            }
            kit::entry(p()).await;
        }

        pub async fn c39() {
            $(#[$t])*
            async fn a() {
                panics("on purpose");
            }
            $(#[$t])*
            async fn b() {}
            $(#[$t])*
            async fn p() {
                AssertUnwindSafe(a()).catch_unwind().await.unwrap_err();
                b().await;
            }
            kit::entry(p()).await;
        }

        pub async fn c40() {
            $(#[$t])*
            fn a() {
                panics("while unwinding");
            }
            $(#[$t])*
            fn p() {
                let _guard = OnDrop::new(|| drop(catch_unwind(a)));
                panics("on purpose");
            }
            catch_unwind(|| kit::entry_call(p)).unwrap_err();
        }

        pub async fn c41() {
            $(#[$t])*
            async fn child() {}
            $(#[$t])*
            async fn p(started: oneshot::Sender<()>) {
                child().await;
                started.send(()).unwrap();
                std::future::pending::<()>().await;
            }
            let shuts_down = || {
                let runtime = runtime();
                let (sender, started) = oneshot::channel();
                runtime.spawn(kit::entry(p(sender)));
                runtime.block_on(started).unwrap();
                runtime.shutdown_timeout(Duration::from_secs(1));
            };
            std::thread::spawn(shuts_down).join().unwrap();
        }

        $(#[$t])*
        async fn t(started: oneshot::Sender<()>) {
            started.send(()).unwrap();
            std::future::pending::<()>().await;
        }

        pub async fn c43() {
            $(#[$t])*
            async fn p() {
                let (sender, started) = oneshot::channel();
                let task = tokio::spawn(t(sender));
                started.await.unwrap();
                task.abort();
                task.await.unwrap_err();
                pause().await;
            }
            kit::entry(p()).await;
        }

        pub async fn c43_step() {
            $(#[$t])*
            async fn p() {
                let (sender, started) = oneshot::channel();
                let task = tokio::spawn(kit::carry(t(sender)));
                started.await.unwrap();
                task.abort();
                task.await.unwrap_err();
                pause().await;
            }
            kit::entry(p()).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    // documented: nothing for drops; a fastrace `Span` in the guard does it
    Case {
        attempts: same!(c38, c38_step),
        ..case(38, "call in the drop of a cancelled future", "p > a [cancelled] > cleanup")
    },
    Case { attempts: same!(c39), ..case(39, "panic in a poll, caught", "p > (a [error], b)") },
    Case {
        on: EVERYWHERE,
        attempts: same!(c40),
        ..case(40, "panic while unwinding", "p [error] > a [error]")
    },
    Case { attempts: same!(c41), ..case(41, "runtime shut down with open runs", "p [cancelled] > child") },
    // documented: as in 2
    Case { attempts: same!(c43, c43_step), ..case(43, "`abort`", "p > t [cancelled]") },
];
