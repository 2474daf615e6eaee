//! C. Several futures in one task.
//!
//! All poll within their spans. The steps: `carry` for a plain block, `on_its_own` for what belongs to nobody (with
//! links to all it serves: `follows_from`, `Span::with_link`, metadata; links are not judged).

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};

use crate::case::{Case, case};
use crate::support::{pause, retry};

type Futures = FuturesUnordered<BoxFuture<'static, ()>>;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn child() {
            pause().await;
        }

        pub async fn c23() {
            $(#[$t])*
            async fn foo() {
                pause().await;
            }
            $(#[$t])*
            async fn bar() {
                pause().await;
            }
            $(#[$t])*
            async fn root() {
                futures::join!(foo(), bar());
            }
            kit::entry(root()).await;
        }

        $(#[$t])*
        async fn driver(mut futures: Futures) {
            while futures.next().await.is_some() {}
        }

        pub async fn c24() {
            $(#[$t])*
            async fn req_a() -> Futures {
                let futures = Futures::new();
                futures.push(Box::pin(async { child().await }));
                futures
            }
            let futures = kit::entry(req_a()).await;
            kit::entry(driver(futures)).await;
        }

        pub async fn c24_step() {
            $(#[$t])*
            async fn req_a() -> Futures {
                let futures = Futures::new();
                futures.push(Box::pin(kit::carry(async { child().await })));
                futures
            }
            let futures = kit::entry(req_a()).await;
            kit::entry(driver(futures)).await;
        }

        pub async fn c25() {
            $(#[$t])*
            async fn a() {
                std::future::pending::<()>().await;
            }
            $(#[$t])*
            async fn b() {
                pause().await;
            }
            $(#[$t])*
            async fn next() {}
            $(#[$t])*
            async fn p() {
                tokio::select! {
                    biased;
                    () = a() => {}
                    () = b() => {}
                }
                next().await;
            }
            kit::entry(p()).await;
        }

        $(#[$t])*
        async fn batch() {}

        /// Loads at once when three have asked.
        async fn load(waiting: &mut u32) {
            *waiting += 1;
            if *waiting == 3 {
                batch().await;
            }
        }

        async fn load_step(waiting: &mut u32) {
            *waiting += 1;
            if *waiting == 3 {
                kit::on_its_own(batch).await;
            }
        }

        pub async fn c26() {
            $(#[$t])*
            async fn req(waiting: &mut u32) {
                load(waiting).await;
            }
            let mut waiting = 0;
            for _ in 0..3 {
                kit::entry(req(&mut waiting)).await;
            }
        }

        pub async fn c26_step() {
            $(#[$t])*
            async fn req(waiting: &mut u32) {
                load_step(waiting).await;
            }
            let mut waiting = 0;
            for _ in 0..3 {
                kit::entry(req(&mut waiting)).await;
            }
        }

        pub async fn c27() {
            $(#[$t])*
            async fn attempt(n: u32) -> Result<(), String> {
                pause().await;
                if n < 2 { Err("busy".to_owned()) } else { Ok(()) }
            }
            $(#[$t])*
            async fn p() {
                retry(attempt).await;
            }
            kit::entry(p()).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    Case { attempts: same!(c23), ..case(23, "`join!`", "root > (foo, bar)") },
    // documented: as in 2, on the block
    Case {
        needs: "`.in_current_run()` on the block",
        attempts: same!(c24, c24_step),
        ..case(24, "plain block, polled by another's driver", "req_a > child; driver")
    },
    Case { attempts: same!(c25), ..case(25, "loser of a `select!`", "p > (a [cancelled], b, next)") },
    // documented: as in 12, with a link to each request
    Case {
        needs: "`detached`, or `#[traceable(root)]`",
        attempts: same!(c26, c26_step),
        ..case(26, "one batch for many requests", "req; req; req; batch")
    },
    Case {
        attempts: same!(c27),
        ..case(27, "attempts of a retry", "p > (attempt [error], attempt [error], attempt)")
    },
];
