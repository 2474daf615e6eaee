//! What the compiler says about results that cannot be recorded, where their types say what to do instead.
//!
//! Futures, streams and iterators are found by their traits, whatever a type is called; the rest by how the attribute
//! sees it written. All of these record the value alike: only what the compiler says differs.

use super::outcome::{Outcome, Output};

macro_rules! advice {
    ($($(#[$attribute:meta])* $advice:ident;)*) => {$(
        $(#[$attribute])*
        pub trait $advice {
            /// Records the value, with this advice if it cannot be.
            fn record(&self, to: &mut Outcome);
        }

        #[diagnostic::do_not_recommend]
        impl<T: Output + ?Sized> $advice for T {
            #[inline]
            fn record(&self, to: &mut Outcome) {
                to.output(self);
            }
        }
    )*};
}
advice! {
    /// A result that is a future.
    #[diagnostic::on_unimplemented(
        message = "this function returns a future, `{Self}`: return `impl Future<Output = ..>`, or make it \
                   an `async fn`, or, if an alias hides a box, add `future` to `#[traceable(..)]`",
        label = "the run would end before this future does",
        note = "to trace only how it is made, add `skip_output`"
    )]
    FutureOutput;

    /// A result that is a stream.
    #[diagnostic::on_unimplemented(
        message = "this function returns a stream, `{Self}`: return `impl Stream<Item = ..>`, or, if an \
                   alias hides a box, add `stream` to `#[traceable(..)]`",
        label = "the run would end before this stream does",
        note = "to trace only how it is made, add `skip_output`"
    )]
    StreamOutput;

    /// A result that is an iterator.
    #[diagnostic::on_unimplemented(
        message = "this function returns an iterator, `{Self}`: return `impl Iterator<Item = ..>`, or, if an \
                   alias hides a box, add `iter` to `#[traceable(..)]`",
        label = "the run would end before this iterator does",
        note = "to trace only how it is made, add `skip_output`"
    )]
    IteratorOutput;

    /// A result whose type is written as the receiving half of a channel.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: return `impl Stream<Item = ..>`, or `impl Iterator<Item = \
                   ..>` of what is received",
        label = "what arrives here after the call would be in no run",
        note = "`tokio_stream::wrappers::ReceiverStream` makes a stream of tokio's receivers; `receiver.into_iter()` is an \
                iterator over those of `std`",
        note = "to trace only how it is made, add `skip_output`"
    )]
    ReceiverOutput;

    /// A result whose type is written as the handle of a task or thread.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: wait for it here and return what it gives, or add \
                   `skip_output` to trace only how it is started",
        label = "the run of this call ends when the handle is returned",
        note = "with `skip_output`, what is called for the task still nests under this run"
    )]
    TaskOutput;

    /// A result whose type is written as one of axum's.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: record what is in it with `#[traceable(process_outputs = \
                   function)]`, or leave it out with `#[traceable(skip_output)]`",
        label = "this response does not implement `serde::Serialize`",
        note = "for example `process_outputs = |Json(body): &Json<Body>| body.clone()`"
    )]
    ResponseOutput;

    /// A result whose type is written `Arc<..>` or `Rc<..>`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: leave the result out with `#[traceable(skip_output)]`",
        label = "serde serialises `Arc` and `Rc` only with its feature `rc`",
        note = "to record what is in it, enable the feature `rc` of `serde` and derive `serde::Serialize` for that type",
        note = "or record another value made from it with `#[traceable(process_outputs = function)]`"
    )]
    SharedOutput;

    /// A result whose type is written as an array of more than 32 elements, or of a number that is not written out.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: return a `Vec`, or leave the result out with \
                   `#[traceable(skip_output)]`",
        label = "serde serialises arrays of up to 32 elements, whose type implements `serde::Serialize`",
        note = "or record another value made from it with `#[traceable(process_outputs = function)]`"
    )]
    ArrayOutput;

    /// A result whose type is written as a function, or of functions.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be recorded as a run output: leave the result out with `#[traceable(skip_output)]`",
        label = "functions have no content to record",
        note = "or record another value made from it with `#[traceable(process_outputs = function)]`"
    )]
    FunctionOutput;
}

/// A result of whatever type. `(&&&&Returned(&value)).traceable_returned().record(&value, outcome)` asks in turn whether it can be
/// recorded, is a future, a stream, an iterator, or none of these: each `&` is a step of method lookup.
pub struct Returned<'a, T: ?Sized>(pub &'a T);

macro_rules! returned {
    ($($question:ident for $reference:ty, $bound:path => $answer:ident;)*) => {$(
        #[doc(hidden)]
        pub trait $question: Sized {
            /// What the value is.
            #[inline]
            fn traceable_returned(self) -> $answer {
                $answer
            }
        }

        impl<T: $bound + ?Sized> $question for $reference {}
    )*};
}
returned! {
    AsOutput for &&&&Returned<'_, T>, Output => IsOutput;
    AsFuture for &&&Returned<'_, T>, Future => IsFuture;
    AsStream for &&Returned<'_, T>, Streams => IsStream;
    AsIterator for &Returned<'_, T>, Iterator => IsIterator;
    AsOther for Returned<'_, T>, Any => IsOutput;
}

/// Streams, if this crate knows what they are.
#[cfg(feature = "stream")]
use futures_core::Stream as Streams;

#[cfg(not(feature = "stream"))]
#[doc(hidden)]
pub trait Streams {}

#[doc(hidden)]
pub trait Any {}

impl<T: ?Sized> Any for T {}

// Not by a macro, which the compiler's message would show.

/// The answer for values, and for what is nothing else.
pub struct IsOutput;

impl IsOutput {
    /// Records it.
    #[inline]
    pub fn record<T: Output + ?Sized>(self, value: &T, to: &mut Outcome) {
        to.output(value);
    }
}

/// The answer for futures.
pub struct IsFuture;

impl IsFuture {
    /// Never possible: a future is no value.
    #[inline]
    pub fn record<T: FutureOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}

/// The answer for streams.
pub struct IsStream;

impl IsStream {
    /// Never possible: a stream is no value.
    #[inline]
    pub fn record<T: StreamOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}

/// The answer for iterators.
pub struct IsIterator;

impl IsIterator {
    /// Never possible: an iterator is no value.
    #[inline]
    pub fn record<T: IteratorOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}
