//! `tracing`.

use std::sync::atomic::Ordering::Relaxed;

use tokio::task::JoinHandle;
use tracing::info_span;
use tracing::instrument::Instrument;
use tracing::span::{Id, Span};
use tracing::subscriber::{NoSubscriber, with_default};
use tracing_futures::Instrumented;

pub use super::Headers;

pub type Handle = Span;

pub fn entry<F: Future>(future: F) -> F {
    future
}

pub fn entry_call<R>(f: impl FnOnce() -> R) -> R {
    f()
}

// "This can be used to propagate the current span when spawning a new future."
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    Instrument::in_current_span(future)
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

// As the documentation of `Span::or_current` has it for threads.
pub fn bind<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let span = Span::current();
    move || span.in_scope(f)
}

pub fn bind_fn<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    let span = Span::current();
    move |argument| span.in_scope(|| f(argument))
}

// There is no call that leaves the current span; without a subscriber nobody finds it.
pub fn apart<R>(f: impl FnOnce() -> R) -> R {
    with_default(NoSubscriber::default(), f)
}

pub fn on_its_own<F: Future>(f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    Instrument::instrument(f(), info_span!(parent: None, "hop"))
}

pub fn handle() -> Handle {
    Span::current()
}

pub fn under<R>(handle: &Handle, f: impl FnOnce() -> R) -> R {
    handle.in_scope(f)
}

pub fn under_async<F: Future>(handle: &Handle, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    Instrument::instrument(f(), handle.clone())
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
        Instrument::instrument(f(value), span)
    }
}

// `tracing` has no identity that leaves the process. An id as text does for what is modelled in one.
pub fn headers() -> Headers {
    Span::current().id().map(|id| ("span-id".to_owned(), id.into_u64().to_string())).into_iter().collect()
}

pub fn malformed() -> Vec<Headers> {
    let texts = ["", "garbage", "-1", "0", "1e3"];
    texts.map(|text| vec![("span-id".to_owned(), text.to_owned())]).into()
}

pub fn received<F: Future>(headers: Headers, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    Instrument::instrument(f(), remote(&headers))
}

pub fn received_call<R>(headers: Headers, f: impl FnOnce() -> R) -> R {
    remote(&headers).in_scope(f)
}

fn remote(headers: &Headers) -> Span {
    let text = headers.iter().find(|(name, _)| name == "span-id");
    let id = text.and_then(|(_, text)| text.parse().ok()).filter(|id| *id != 0).map(Id::from_u64);
    info_span!(parent: id, "hop")
}

pub fn sample(is_sampled: bool) {
    crate::record::tracing::SAMPLED.store(is_sampled, Relaxed);
}

pub fn in_another_library<F: Future>(future: F) -> impl Future<Output = F::Output> {
    crate::record::fastrace::Collecting::default().install();
    let span = fastrace::Span::root("q", fastrace::collector::SpanContext::random());
    fastrace::future::FutureExt::in_span(future, span)
}

/// A span by hand, below the current one.
pub fn span(name: &'static str) -> Span {
    // a name has to be known at compile time
    match name {
        "chat_stream" => info_span!("chat_stream"),
        "f" => info_span!("f"),
        "s1" => info_span!("s1"),
        "s2" => info_span!("s2"),
        "stream" => info_span!("stream"),
        "ws" => info_span!("ws"),
        other => panic!("no span `{other}`"),
    }
}

/// A stream or sink in a span: tracing-futures.
pub fn poll_in<T>(polled: T, span: Span) -> Instrumented<T> {
    tracing_futures::Instrument::instrument(polled, span)
}

/// A function that returns a future, whose first half runs at the call.
pub fn in_two_halves<F: Future>(
    span: Span,
    eager: impl FnOnce(),
    lazy: impl FnOnce() -> F,
) -> impl Future<Output = F::Output> {
    span.in_scope(eager);
    Instrument::instrument(lazy(), span)
}
