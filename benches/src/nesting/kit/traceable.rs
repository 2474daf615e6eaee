//! traceable.

use traceable::{Extra, RunTree, TraceableExt as _, detached};
use tracing::Instrument as _;

pub use traceable::task::{spawn, spawn_blocking};
pub use traceable::{Envelope, bind, bind_fn};

pub use super::Headers;

/// The current run, to be named elsewhere as the parent.
pub type Handle = Option<RunTree>;

pub fn entry<F: Future>(future: F) -> F {
    future
}

pub fn entry_call<R>(f: impl FnOnce() -> R) -> R {
    f()
}

pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.in_current_run()
}

/// Calls what starts something that is to outlive the call.
pub fn apart<R>(f: impl FnOnce() -> R) -> R {
    detached(f)
}

pub fn on_its_own<F: Future>(f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    detached(f)
}

pub fn handle() -> Handle {
    RunTree::current()
}

pub fn under<R>(handle: &Handle, f: impl FnOnce() -> R) -> R {
    Extra::new().parent(handle.as_ref()).call(f)
}

pub fn under_async<F: Future>(handle: &Handle, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    Extra::new().parent(handle.as_ref()).call(f)
}

pub fn headers() -> Headers {
    RunTree::current().map(|run| run.to_headers()).unwrap_or_default()
}

/// Headers that name no parent, because they cannot be read.
pub fn malformed() -> Vec<Headers> {
    let texts =
        ["", "garbage", "20240101T000000000000Z", "20240101T000000000000Z00000000-0000-0000-0000", "é\u{0}"];
    texts.map(|text| vec![("langsmith-trace".to_owned(), text.to_owned())]).into()
}

pub fn received<F: Future>(headers: Headers, f: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    received_call(headers, f)
}

pub fn received_call<R>(headers: Headers, f: impl FnOnce() -> R) -> R {
    Extra::new().parent(&headers).call(f)
}

/// Whether what starts next, and begins a trace, is sampled.
pub fn sample(is_sampled: bool) {
    traceable::process::set_sampling_rate(if is_sampled { 1.0 } else { 0.0 });
}

/// Puts a span of another library around it, and carries that library's context.
pub fn in_another_library<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    future.instrument(tracing::info_span!("q"))
}
