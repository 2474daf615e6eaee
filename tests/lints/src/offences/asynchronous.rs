//! What is asynchronous, and should not be, or not so.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Mutex;

#[cfg(feature = "traced")]
use traceable::traceable;

pub(crate) async fn tick() {
    std::future::ready(()).await;
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn waits_for_nothing(x: u8) -> u8 {
    x
}

#[cfg_attr(feature = "traced", traceable)]
async fn waits_for_nothing_privately(x: u8) -> u8 {
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub fn by_hand(x: u8) -> impl Future<Output = u8> {
    async move { x }
}

#[cfg_attr(feature = "traced", traceable(skip_all))]
pub async fn not_sendable(x: Rc<u8>) -> u8 {
    tick().await;
    waits_for_nothing_privately(*x).await
}

#[cfg_attr(feature = "traced", traceable(skip_all))]
pub async fn holds_a_lock(x: &Mutex<u8>) -> u8 {
    let guard = x.lock().unwrap();
    tick().await;
    *guard
}

#[cfg_attr(feature = "traced", traceable(skip_all))]
pub async fn holds_a_cell(x: &RefCell<u8>) -> u8 {
    let borrowed = x.borrow_mut();
    tick().await;
    *borrowed
}

// what it gives back is left to the caller, and that is told by a warning of ours
#[cfg_attr(feature = "traced", allow(deprecated), traceable(skip_output))]
pub async fn yields_a_future(x: u8) -> std::future::Ready<u8> {
    tick().await;
    std::future::ready(x)
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn blocks_of_futures(x: u8) -> u8 {
    let lost = async { tick() };
    lost.await;
    tick();
    x
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn large(x: u8) -> u8 {
    let array = [x; 20_000];
    tick().await;
    array[0]
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn takes_by_value(text: String, items: Vec<u8>) -> usize {
    tick().await;
    text.len() + items.len()
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn takes_by_reference(items: &mut Vec<u8>, small: &u8, text: &String) -> usize {
    tick().await;
    items.len() + text.len() + usize::from(*small)
}

#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub async fn important() -> u8 {
    tick().await;
    1
}

/// Panics, and does not say so.
#[cfg_attr(feature = "traced", traceable)]
pub async fn undocumented_panic(x: Option<u8>) -> Result<u8, String> {
    tick().await;
    Ok(x.unwrap())
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn lifetimes<'a>(text: &'a str) -> &'a str {
    tick().await;
    text
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn uses_underscore(_x: u8, _unused: u8) -> u8 {
    tick().await;
    _x + 1
}

#[cfg_attr(feature = "traced", traceable)]
pub async fn binds_and_returns(x: u8) -> u8 {
    tick().await;
    let y = x + 1;
    y
}
