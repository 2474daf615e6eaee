//! fastrace.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use fastrace::future::FutureExt as _;
use fastrace::prelude::{Span, SpanContext};
use fastrace_futures::{InSpan, StreamExt as _};
use futures::Stream;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

pub use super::Headers;
use crate::tree::HOP;

pub type Handle = Arc<Span>;

static SAMPLED: AtomicBool = AtomicBool::new(true);

fn root() -> Span {
    Span::root(HOP, SpanContext::random().sampled(SAMPLED.load(Relaxed)))
}

pub fn entry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.in_span(root())
}

pub fn entry_call<R>(f: impl FnOnce() -> R) -> R {
    let root = root();
    let _guard = root.set_local_parent();
    f()
}

pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.in_span(Span::enter_with_local_parent(HOP))
}

pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(carry(future))
}

pub fn spawn_blocking<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    tokio::task::spawn_blocking(bind(f))
}

pub fn bind<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let span = Span::enter_with_local_parent(HOP);
    move || {
        let _guard = span.set_local_parent();
        f()
    }
}

pub fn bind_fn<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    let span = Span::enter_with_local_parent(HOP);
    move |argument| {
        let _guard = span.set_local_parent();
        f(argument)
    }
}

pub fn apart<R>(f: impl FnOnce() -> R) -> R {
    entry_call(f)
}

pub fn on_its_own<F: Future>(f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    entry(f())
}

pub fn handle() -> Handle {
    Arc::new(Span::enter_with_local_parent(HOP))
}

pub fn under<R>(handle: &Handle, f: impl FnOnce() -> R) -> R {
    let _guard = handle.set_local_parent();
    f()
}

pub fn under_async<F: Future>(handle: &Handle, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    f().in_span(Span::enter_with_parent(HOP, handle))
}

/// A message with the span it was sent from.
pub struct Envelope<T> {
    value: T,
    span: Handle,
}

impl<T> Envelope<T> {
    pub fn new(value: T) -> Envelope<T> {
        Envelope { value, span: handle() }
    }

    pub fn open_async<F: Future>(self, f: impl FnOnce(T) -> F) -> impl Future<Output = F::Output> {
        let Envelope { value, span } = self;
        f(value).in_span(Span::enter_with_parent(HOP, &span))
    }
}

pub fn headers() -> Headers {
    let context = SpanContext::current_local_parent();
    context.map(|context| ("traceparent".to_owned(), context.encode_w3c_traceparent())).into_iter().collect()
}

pub fn malformed() -> Vec<Headers> {
    let texts = ["", "garbage", "00-0af7651916cd43dd-b7ad6b7169203331-01", "00-x-y-01", "é\u{0}"];
    texts.map(|text| vec![("traceparent".to_owned(), text.to_owned())]).into()
}

pub fn received<F: Future>(headers: Headers, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    f().in_span(remote(&headers))
}

pub fn received_call<R>(headers: Headers, f: impl FnOnce() -> R) -> R {
    let span = remote(&headers);
    let _guard = span.set_local_parent();
    f()
}

fn remote(headers: &Headers) -> Span {
    let text = headers.iter().find(|(name, _)| name == "traceparent");
    let context = text.and_then(|(_, text)| SpanContext::decode_w3c_traceparent(text));
    Span::root(HOP, context.unwrap_or_else(SpanContext::random))
}

pub fn sample(is_sampled: bool) {
    SAMPLED.store(is_sampled, Relaxed);
}

pub fn in_another_library<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    future.instrument(tracing::info_span!("q"))
}

pub fn span(name: &'static str) -> Span {
    Span::enter_with_local_parent(name)
}

/// A stream, which may be a sink too, in a span: fastrace-futures.
pub fn poll_in<T: Stream>(polled: T, span: Span) -> InSpan<T> {
    polled.in_span(span)
}

/// A function that returns a future, whose first half runs at the call.
pub fn in_two_halves<F: Future>(
    span: Span,
    eager: impl FnOnce(),
    lazy: impl FnOnce() -> F,
) -> impl Future<Output = F::Output> {
    {
        let _guard = span.set_local_parent();
        eager();
    }
    lazy().in_span(span)
}
