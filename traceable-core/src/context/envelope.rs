//! `Envelope`: a message with the context of its sender.

use std::fmt;

use super::ambient::enter;
use super::carry::in_context::InContext;
use super::handle::ContextHandle;
use super::kept::Kept;
use crate::run::run_tree::RunTree;

/// A message with the context of its sender. What is called while it is handled nests under the sender, not under
/// whatever the receiver is doing.
///
/// For channels, actors and job queues, where one long-lived task serves many callers. A message that is dropped and was
/// never opened is dropped in its context, too.
///
/// ```
/// use std::sync::mpsc;
/// use traceable_core::Envelope;
/// # fn embed(text: &str) -> usize { text.len() }
/// let (sender, receiver) = mpsc::channel::<Envelope<String>>();
/// let worker = std::thread::spawn(move || {
///     receiver.into_iter().map(|envelope| envelope.open(|text| embed(&text))).sum::<usize>()
/// });
/// sender.send(Envelope::new("some text".to_owned())).unwrap();
/// drop(sender);
/// assert_eq!(worker.join().unwrap(), 9);
/// ```
#[derive(Clone)]
#[must_use = "what is in an envelope is read by `.open(|value| ..)`"]
pub struct Envelope<T>(Kept<T>);

impl<T> Envelope<T> {
    /// Puts a value and the current context into an envelope.
    pub fn new(value: T) -> Envelope<T> {
        Envelope(Kept::current(value))
    }

    /// Handles the value in the context it was sent from.
    ///
    /// A traced call that is made there stays there, wherever it is awaited: `envelope.open(|text| embed(text)).await` is
    /// under the sender.
    pub fn open<R>(self, f: impl FnOnce(T) -> R) -> R {
        let (value, context) = self.into_parts();
        context.scope(|| f(value))
    }

    /// As [`open`](Self::open), for asynchronous code.
    ///
    /// ```
    /// # use traceable_core::Envelope;
    /// # async fn embed(text: String) -> usize { text.len() }
    /// # async fn receive(envelope: Envelope<String>) -> usize {
    /// envelope.open_async(|text| async move { embed(text).await }).await
    /// # }
    /// ```
    pub fn open_async<F: Future>(self, f: impl FnOnce(T) -> F) -> impl Future<Output = F::Output> {
        let (value, context) = self.into_parts();
        if context.is_off() {
            return InContext::ready(f(value), None);
        }
        let scope = context.as_scope();
        let future = {
            let _entered = enter(Some(scope.clone()));
            f(value)
        };
        InContext::ready(future, Some(scope))
    }

    /// The value, without its context.
    pub fn value(&self) -> &T {
        self.0.value()
    }

    /// Replaces the value and keeps the context.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Envelope<U> {
        let (value, context) = self.into_parts();
        let value = context.scope(|| f(value));
        Envelope(Kept::new(value, context))
    }

    /// The value and the context it was sent from.
    pub fn into_parts(self) -> (T, ContextHandle) {
        self.0.into_parts()
    }

    /// The run it was sent from.
    pub fn run_tree(&self) -> Option<RunTree> {
        self.0.here().run_tree()
    }
}

impl<T: fmt::Debug> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("value", self.value()).field("context", self.0.here()).finish()
    }
}
