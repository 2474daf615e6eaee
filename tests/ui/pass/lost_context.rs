//! What carries the context, is a call, leaves on purpose, or is not this function's own: no warning.
#![deny(warnings)]

use traceable::{Extra, TraceableExt as _, bind, detached, task, thread, traceable};

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {}

#[traceable]
async fn tasks() {
    drop(tokio::spawn(child()));
    drop(tokio::spawn(async { child().await }.in_current_run()));
    drop(tokio::spawn(Box::pin(async { child().await }).in_current_run()));
    drop(traceable::task::spawn(async { child().await }));
    drop(task::spawn(async { child().await }));
    drop(task::spawn_blocking(|| leaf()));
    drop(tokio::task::spawn_blocking(bind(|| leaf())));
    drop(tokio::task::spawn_blocking(traceable::bind(|| leaf())));
    drop(tokio::task::spawn_blocking(leaf));
    drop(tokio::spawn(detached(|| child())));
    drop(detached(|| tokio::spawn(async { child().await })));
    drop(tokio::spawn(Extra::new().call(|| child())));
    drop(tokio::spawn(async {}));
}

#[traceable]
async fn parents(#[run_tree] run: traceable::RunTree) {
    let parent = run.clone();
    drop(tokio::spawn(async move { child().with_parent(&parent).await }));
    drop(std::thread::spawn(move || run.scope(leaf)));
}

#[traceable]
fn threads() {
    drop(std::thread::spawn(leaf));
    drop(std::thread::spawn(bind(|| leaf())));
    drop(thread::spawn(|| leaf()));
    rayon::join(bind(leaf), bind(|| leaf()));
    std::thread::scope(|scope| {
        scope.spawn(|| leaf());
    });
    let text = "tokio::spawn(async { child().await })";
    let _ = text;
}

#[traceable]
fn not_its_own() {
    fn helper<const N: usize>() -> [u8; N] {
        drop(std::thread::spawn(|| leaf()));
        [0; N]
    }
    mod mine {
        pub(super) mod tokio {
            pub(in super::super) fn spawn<T>(_: T) {}
        }
        pub(super) fn starts() {
            drop(::std::thread::spawn(|| super::leaf()));
        }
    }
    macro_rules! quoted {
        ($($tokens:tt)*) => {
            stringify!($($tokens)*)
        };
    }
    mine::starts();
    mine::tokio::spawn(async { child().await });
    let _ = (helper::<1>(), quoted!(std::thread::spawn(|| leaf())));
    #[cfg(any())]
    drop(std::thread::spawn(|| leaf()));
}

#[traceable(allow(lost_context))]
fn meant() {
    drop(std::thread::spawn(|| leaf()));
}

fn main() {
    threads();
    not_its_own();
    meant();
    drop((tasks(), parents()));
}
