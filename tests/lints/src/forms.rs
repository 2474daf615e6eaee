//! All forms, written as lints want them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use serde::Serialize;
#[cfg(feature = "traced")]
use traceable::traceable;

/// Plain.
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn plain(text: &str, times: usize) -> String {
    text.repeat(times)
}

/// With everything that can be said.
#[cfg_attr(
    feature = "traced",
    traceable(
        run_type = "llm",
        name = "Model",
        tags = ["a"],
        metadata(times = times),
        inputs(length = text.len()),
        enabled = times > 0,
        process_outputs = String::len,
        skip(text)
    )
)]
#[must_use]
pub fn described(text: &str, times: usize) -> String {
    text.repeat(times)
}

/// Nothing.
#[cfg_attr(feature = "traced", traceable)]
pub fn unit() {
    println!();
}

/// A result.
///
/// # Errors
///
/// If the text is no number.
#[cfg_attr(feature = "traced", traceable)]
pub fn result(text: &str) -> Result<i32, std::num::ParseIntError> {
    let number: i32 = text.parse()?;
    if number > 9 {
        return Ok(9);
    }
    Ok(number)
}

/// Generic.
#[cfg_attr(feature = "traced", traceable(skip(by)))]
pub fn generic<T, const N: usize>(value: T, by: impl Fn(T) -> [T; N]) -> Vec<T>
where
    T: Serialize + Clone,
{
    println!();
    by(value).to_vec()
}

/// Patterns.
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn patterns((a, mut b): (u8, u8), [c, ..]: [u8; 3], _unused: u8, _: u8) -> u8 {
    b += 1;
    println!();
    a + b + c
}

/// Never returns.
#[cfg_attr(feature = "traced", traceable)]
pub fn never(code: i32) -> ! {
    std::process::exit(code)
}

/// Unsafe.
///
/// # Safety
///
/// The pointer must be one to a byte.
#[cfg_attr(feature = "traced", traceable(skip_all))]
#[must_use]
pub unsafe fn raw(pointer: *const u8) -> u8 {
    println!();
    // SAFETY: of the caller
    unsafe { *pointer }
}

/// Foreign.
#[cfg_attr(feature = "traced", traceable)]
#[must_use]
pub extern "C" fn foreign(x: u8) -> u8 {
    println!();
    x
}

/// Later.
#[cfg_attr(feature = "traced", traceable)]
pub async fn later(text: &str, mut count: usize) -> usize {
    tick().await;
    count += text.len();
    count
}

/// Never returns.
#[cfg_attr(feature = "traced", traceable)]
pub async fn never_later(text: String) -> ! {
    loop {
        tick().await;
        println!("{text}");
    }
}

/// No value.
///
/// # Errors
///
/// Never.
#[cfg_attr(feature = "traced", traceable)]
pub async fn infallible(text: String) -> Result<String, Infallible> {
    tick().await;
    Ok(text)
}

/// A future.
#[cfg_attr(feature = "traced", traceable)]
pub fn returned(x: u8) -> impl Future<Output = u8> + Send {
    let doubled = x * 2;
    async move {
        tick().await;
        doubled
    }
}

/// A box.
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn boxed(x: &u8) -> Pin<Box<dyn Future<Output = u8> + Send + '_>> {
    Box::pin(async move {
        tick().await;
        *x
    })
}

/// Items.
#[cfg_attr(feature = "traced", traceable)]
pub fn items(n: u8) -> impl Iterator<Item = u8> {
    println!();
    0..n
}

/// Items, in a box.
#[must_use]
#[cfg_attr(feature = "traced", traceable)]
pub fn boxed_items(n: u8) -> Box<dyn Iterator<Item = u8>> {
    Box::new(0..n)
}

struct Once(Option<u8>);

impl Stream for Once {
    type Item = u8;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<u8>> {
        std::task::Poll::Ready(self.0.take())
    }
}

/// A stream.
#[cfg_attr(feature = "traced", traceable)]
pub fn stream(x: u8) -> impl Stream<Item = u8> {
    println!();
    Once(Some(x))
}

/// A stream, later.
///
/// # Errors
///
/// If there is nothing to stream.
#[cfg_attr(feature = "traced", traceable)]
pub async fn stream_later(x: u8) -> Result<impl Stream<Item = u8>, String> {
    tick().await;
    if x == 0 { Err("zero".to_owned()) } else { Ok(Once(Some(x))) }
}

/// Methods.
#[derive(Default)]
pub struct Store {
    items: Vec<u8>,
}

impl Store {
    /// By reference.
    #[must_use]
    #[cfg_attr(feature = "traced", traceable)]
    pub fn get(&self, at: usize) -> Option<&u8> {
        self.items.get(at)
    }

    /// Lends.
    #[cfg_attr(feature = "traced", traceable)]
    pub fn slot(&mut self, at: usize) -> &mut u8 {
        &mut self.items[at]
    }

    /// Owned.
    #[must_use]
    #[cfg_attr(feature = "traced", traceable)]
    pub fn into_items(mut self) -> Vec<u8> {
        self.items.push(1);
        self.items
    }

    /// Shared.
    #[cfg_attr(feature = "traced", traceable)]
    pub async fn shared(self: Arc<Self>) -> usize {
        tick().await;
        self.items.len()
    }

    /// Pinned.
    #[must_use]
    #[cfg_attr(feature = "traced", traceable)]
    pub fn pinned(self: Pin<&mut Self>) -> usize {
        println!();
        self.items.len()
    }

    /// Changed.
    #[cfg_attr(feature = "traced", traceable)]
    pub async fn push(&mut self, item: u8) -> &mut u8 {
        tick().await;
        self.items.push(item);
        &mut self.items[0]
    }
}

/// A trait.
pub trait Agent {
    /// Required.
    fn act(&self, x: u8) -> impl Future<Output = u8> + Send;

    /// Provided.
    #[cfg_attr(feature = "traced", traceable)]
    fn think(&self, x: u8) -> u8 {
        println!();
        x
    }
}

impl Agent for Store {
    #[cfg_attr(feature = "traced", traceable)]
    async fn act(&self, x: u8) -> u8 {
        tick().await;
        x
    }
}

#[cfg_attr(feature = "traced", traceable)]
async fn tick() {
    std::future::ready(()).await;
}
