//! `crate = path`, where nothing is called `traceable`.

#![deny(warnings)]

use std::future::Future;

use runs::testing::Recorder;
use runs::{RunTree, assert_tree};

mod inside {
    pub(crate) use runs as renamed_again;
}

#[runs::traceable(crate = runs)]
fn plain((x, _): (u8, u8), #[run_tree] run: RunTree) -> Result<u8, String> {
    run.add_tags(["given"]);
    Ok(x)
}

#[runs::traceable(crate = ::runs, run_type = "tool", metadata(x = x), inputs(twice = x * 2))]
async fn later(x: u8) -> u8 {
    plain((x, 0)).unwrap_or(0)
}

#[runs::traceable(crate = crate::inside::renamed_again)]
fn boxed(x: u8) -> std::pin::Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(later(x))
}

#[runs::traceable(crate = runs, reduce = |items| items.len())]
fn items(n: u8) -> impl Iterator<Item = u8> {
    (0..n).map(|x| plain((x, 0)).unwrap_or(0))
}

#[test]
fn every_shape_under_another_name() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        assert_eq!(futures::executor::block_on(boxed(2)), 2);
        assert_eq!(items(1).count(), 1);
    });
    assert_tree!(recorder.forest(), "boxed > later > plain; items > plain");
    assert_eq!(recorder.runs()[2].tags, ["given"]);
}
