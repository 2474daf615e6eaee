//! A. Calls and async functions: what stays in one task. The attribute is all that any library asks for.

use std::rc::Rc;

use tokio::sync::Barrier;
use tokio::task::{LocalSet, spawn_local};

use crate::case::{Case, case};
use crate::support::pause;

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        struct Counter(i32);

        impl Counter {
            $(#[$t])*
            fn inner_1(&mut self, x: i32) -> i32 {
                self.0 += x;
                self.0
            }
        }

        pub async fn c01() {
            $(#[$t])*
            async fn inner_2(x: i32) -> i32 {
                pause().await;
                x + 1
            }
            $(#[$t])*
            async fn outer() -> i32 {
                let x = Counter(1).inner_1(2);
                inner_2(x).await
            }
            kit::entry(outer()).await;
        }

        $(#[$t])*
        async fn walk(n: u32) -> u32 {
            if n == 1 { 1 } else { Box::pin(walk(n - 1)).await + 1 }
        }

        pub async fn c08() {
            kit::entry(walk(3)).await;
        }

        pub async fn c09() {
            $(#[$t])*
            fn sync_leaf() {}
            $(#[$t])*
            async fn async_child() {
                sync_leaf();
            }
            $(#[$t])*
            fn sync_outer() {
                futures::executor::block_on(async_child());
            }
            kit::entry_call(sync_outer);
        }

        // An event loop of one thread: two requests, each of which waits in the middle of a call.
        pub async fn c10() {
            $(#[$t])*
            async fn kv_get(both: Rc<Barrier>) {
                both.wait().await;
                pause().await;
            }
            $(#[$t])*
            async fn req_1(both: Rc<Barrier>) {
                kv_get(both).await;
            }
            $(#[$t])*
            async fn req_2(both: Rc<Barrier>) {
                kv_get(both).await;
            }
            let event_loop = LocalSet::new();
            let both = Rc::new(Barrier::new(2));
            let requests = async {
                let first = spawn_local(kit::entry(req_1(both.clone())));
                let second = spawn_local(kit::entry(req_2(both)));
                first.await.unwrap();
                second.await.unwrap();
            };
            event_loop.run_until(requests).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    Case { attempts: same!(c01), ..case(1, "plain nested calls", "outer > (inner_1, inner_2)") },
    Case { attempts: same!(c08), ..case(8, "recursive async", "walk > walk > walk") },
    Case {
        attempts: same!(c09),
        ..case(9, "sync, `block_on`, async, sync", "sync_outer > async_child > sync_leaf")
    },
    Case { attempts: same!(c10), ..case(10, "event loop of one thread", "req_1 > kv_get; req_2 > kv_get") },
];
