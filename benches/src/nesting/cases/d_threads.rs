//! D. Threads, pools, blocking code.
//!
//! All ask for the context to be carried: `tracing` as in the example of `Span::or_current` (`thread::spawn(move ||
//! span.in_scope(..))`), fastrace by a `Span`, which "can be sent across threads", traceable by `bind`.

use std::ffi::c_void;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::case::{Case, EVERYWHERE, case};
use crate::support::{Pool, call_back_from_foreign_thread, pause};

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        pub(super) fn child() {}

        pub async fn c28() {
            $(#[$t])*
            fn outer(pool: &Pool) {
                pool.run(child);
                pool.run(child);
            }
            kit::entry_call(|| outer(&Pool::new()));
        }

        pub async fn c28_step() {
            $(#[$t])*
            fn outer(pool: &Pool) {
                pool.run(kit::bind(child));
                pool.run(kit::bind(child));
            }
            kit::entry_call(|| outer(&Pool::new()));
        }

        pub async fn c29() {
            $(#[$t])*
            async fn parent() {
                tokio::task::spawn_blocking(child).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        pub async fn c29_step() {
            $(#[$t])*
            async fn parent() {
                kit::spawn_blocking(child).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        $(#[$t])*
        async fn work() {
            pause().await;
        }

        // The adapter is on the handle, where it does nothing.
        pub async fn c30() {
            $(#[$t])*
            async fn parent() {
                kit::carry(tokio::spawn(work())).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        pub async fn c30_step() {
            $(#[$t])*
            async fn parent() {
                tokio::spawn(kit::carry(work())).await.unwrap();
            }
            kit::entry(parent()).await;
        }

        pub async fn c31() {
            $(#[$t])*
            fn p() {
                std::thread::scope(|scope| {
                    scope.spawn(|| child());
                });
            }
            kit::entry_call(p);
        }

        pub async fn c32() {
            $(#[$t])*
            fn p() {
                [1, 2].into_par_iter().for_each(|_| child());
            }
            kit::entry_call(p);
        }

        pub async fn c32_step() {
            $(#[$t])*
            fn p() {
                [1, 2].into_par_iter().for_each(kit::bind_fn(|_| child()));
            }
            kit::entry_call(p);
        }

        $(#[$t])*
        fn on_done() {}

        pub async fn c33() {
            unsafe extern "C" fn callback(_: *mut c_void) {
                on_done();
            }
            $(#[$t])*
            fn native_call() {
                call_back_from_foreign_thread(callback, std::ptr::null_mut());
            }
            kit::entry_call(native_call);
        }

        pub async fn c33_step() {
            unsafe extern "C" fn callback(user_data: *mut c_void) {
                // SAFETY: made by `native_call`, and used once
                let context = unsafe { Box::from_raw(user_data.cast::<kit::Handle>()) };
                kit::under(&context, on_done);
            }
            $(#[$t])*
            fn native_call() {
                let context = Box::into_raw(Box::new(kit::handle()));
                call_back_from_foreign_thread(callback, context.cast());
            }
            kit::entry_call(native_call);
        }
    };
}
under_each!(bodies);

macro_rules! steps {
    ($(#[$t:meta])*) => {
        pub async fn c31() {
            $(#[$t])*
            fn p() {
                std::thread::scope(|scope| {
                    scope.spawn(kit::bind(|| child()));
                });
            }
            kit::entry_call(p);
        }
    };
}
under_peers!(steps);

async fn c31_ours() {
    #[traceable::traceable]
    fn p() {
        traceable::thread::scope(|scope| {
            scope.spawn(ours::child);
        });
    }
    p();
}

pub const CASES: &[Case] = &[
    // documented: as in 4
    Case {
        needs: "`bind`, or `ContextThreadPool`",
        on: EVERYWHERE,
        attempts: same!(c28, c28_step),
        ..case(28, "thread pool", "outer > (child, child)")
    },
    // documented: as in 4
    Case {
        needs: "`task::spawn_blocking`, or `bind`",
        attempts: same!(c29, c29_step),
        ..case(29, "`spawn_blocking`", "parent > child")
    },
    // documented: as in 2, on the future
    Case { attempts: same!(c30, c30_step), ..case(30, "adapter on the `JoinHandle`", "parent > work") },
    // documented: as in 4; a `Span` may be borrowed
    Case {
        needs: "`thread::scope`, or `bind`",
        on: EVERYWHERE,
        attempts: [
            both!(ours::c31, c31_ours),
            both!(peer_tracing::c31, steps_tracing::c31),
            both!(peer_fastrace::c31, steps_fastrace::c31),
        ],
        ..case(31, "`std::thread::scope`", "p > child")
    },
    // documented: as in 4; a `Span` may be entered by many threads at once
    Case {
        needs: "`bind_fn`, or `ContextThreadPool`",
        on: EVERYWHERE,
        attempts: same!(c32, c32_step),
        ..case(32, "rayon", "p > (child, child)")
    },
    // documented: a `Span` in the user data, then `in_scope` or `set_local_parent`
    Case {
        needs: "a `RunTree` in the user data",
        on: EVERYWHERE,
        attempts: same!(c33, c33_step),
        ..case(33, "callback from C on a foreign thread", "native_call > on_done")
    },
];
