//! Functions that never return, unsafe ones, and ones with a foreign calling convention.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use traceable::testing::Status;
use traceable::{assert_tree, traceable};

use crate::support::{record, record_async};

#[traceable]
fn step(x: u8) -> u8 {
    x
}

#[traceable]
fn stops(x: u8) -> ! {
    step(x);
    panic!("stopped at {x}")
}

#[traceable]
async fn serves(x: u8) -> ! {
    loop {
        step(x);
        std::future::pending::<()>().await;
    }
}

#[traceable]
async fn stops_later(x: u8) -> ! {
    tokio::task::yield_now().await;
    stops(x)
}

struct Server(u8);

impl Server {
    #[traceable]
    async fn run(&self) -> ! {
        serves(self.0).await
    }
}

#[traceable]
unsafe fn first(address: usize) -> u8 {
    // SAFETY: callers pass the address of a byte
    step(unsafe { *(address as *const u8) })
}

#[traceable(skip_all)]
async unsafe fn first_later(items: *const u8) -> u8 {
    tokio::task::yield_now().await;
    // SAFETY: callers pass the address of a byte that outlives the future
    step(unsafe { *items })
}

#[traceable(skip_all)]
unsafe extern "C" fn foreign(items: *const u8) -> u8 {
    // SAFETY: callers pass the address of a byte
    step(unsafe { *items })
}

#[traceable]
extern "C-unwind" fn unwinds(x: u8) -> u8 {
    assert!(x > 0, "nothing");
    step(x)
}

fn poll_once(future: impl Future<Output: std::fmt::Debug>) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending), "{polled:?}");
}

#[test]
fn a_panic_is_their_end() {
    let (result, recorder) = record(|| std::panic::catch_unwind(|| stops(3)));
    assert!(result.is_err());
    assert_tree!(recorder.forest(), "stops [error] > step");
    assert_eq!(recorder.run("stops").inputs, serde_json::json!({"x": 3}));
    assert!(recorder.run("stops").error.is_some_and(|error| error.contains("stopped at 3")));

    let caught = || std::panic::catch_unwind(|| futures::executor::block_on(async { stops_later(4).await }));
    let (result, recorder) = record(caught);
    assert!(result.is_err());
    assert_tree!(recorder.forest(), "stops_later [error] > stops [error] > step");
    assert!(recorder.run("stops_later").error.is_some_and(|error| error.contains("stopped at 4")));
}

#[test]
fn or_their_drop() {
    let ((), recorder) = record(|| poll_once(async { serves(1).await }));
    assert_tree!(recorder.forest(), "serves [cancelled] > step");
    assert_eq!(recorder.run("serves").status(), Status::Cancelled);
    let ((), recorder) = record(|| poll_once(async { Server(1).run().await }));
    assert_tree!(recorder.forest(), "run [cancelled] > serves [cancelled] > step");
    assert_eq!(recorder.run("run").status(), Status::Cancelled);
}

#[test]
fn unsafe_functions() {
    let items = [7_u8, 8];
    // SAFETY: the items live
    let (value, recorder) = record(|| unsafe { first(items.as_ptr() as usize) });
    assert_eq!(value, 7);
    assert_tree!(recorder.forest(), "first > step");
    // SAFETY: the items live
    let (value, recorder) = record_async(|| unsafe { first_later(items.as_ptr()) });
    assert_eq!(value, 7);
    assert_tree!(recorder.forest(), "first_later > step");
}

#[test]
fn foreign_conventions() {
    let item = 7;
    let pointer: unsafe extern "C" fn(*const u8) -> u8 = foreign;
    // SAFETY: the item lives
    let (value, recorder) = record(|| unsafe { pointer(&raw const item) });
    assert_eq!(value, 7);
    assert_tree!(recorder.forest(), "foreign > step");
    let pointer: extern "C-unwind" fn(u8) -> u8 = unwinds;
    let (result, recorder) = record(|| std::panic::catch_unwind(|| pointer(0)));
    assert!(result.is_err());
    assert_eq!(recorder.run("unwinds").status(), Status::Error);
    assert_tree!(record(|| pointer(1)).1.forest(), "unwinds > step");
}
