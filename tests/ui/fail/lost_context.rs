//! Blocks and closures that lose the run, one for each way to hand them over.
#![deny(deprecated)]

use traceable::traceable;

#[traceable]
fn leaf() {}

#[traceable]
async fn child() {}

#[traceable]
async fn tasks() {
    tokio::spawn(async { child().await });
    let nested = vec![::tokio::task::spawn(async move { child().await })];
    tokio::task::spawn_local(async { child().await });
    tokio::task::spawn_blocking(|| leaf());
    drop(tokio::join!(tokio::task::spawn_blocking(move || leaf()), async {
        tokio::spawn(async { child().await }).await
    }));
    drop(nested);
}

#[traceable]
fn threads() {
    if std::thread::spawn(|| leaf()).join().is_ok() {
        rayon::spawn(leaf);
        rayon::spawn(move || leaf());
        rayon::join(leaf, || leaf());
        rayon::scope(|s| s.spawn(|_| leaf()));
    }
}

#[traceable]
fn later() -> impl Iterator<Item = ()> {
    std::iter::once_with(|| drop(std::thread::spawn(|| leaf())))
}

#[traceable(allow(lost_context))]
fn hides_nothing_else() {
    let _ = std::thread::spawn(|| leaf());
    old();
}

#[deprecated(note = "on purpose")]
fn old() {}

fn main() {
    drop(tasks());
    threads();
    let _ = later();
    hides_nothing_else();
}
