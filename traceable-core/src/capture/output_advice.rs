//! What the compiler says about results that cannot be recorded, where their types say what to do instead.
//!
//! Futures, streams and iterators are found by their traits, whatever a type is called; the rest by how the attribute
//! sees it written. All of these record the value alike: only what the compiler says differs.

use std::marker::PhantomData;

use super::asked::{answers, otherwise};
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

/// A result of whatever type. `AsksOutput::of(&value)[Asked].record(&value, outcome)` asks in turn whether it can be
/// recorded, is a future, a stream, an iterator, or none of these.
pub struct AsksOutput<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> AsksOutput<T> {
    /// The type of this result.
    #[inline]
    pub fn of(_: &T) -> AsksOutput<T> {
        AsksOutput(PhantomData)
    }
}

/// What answers where it cannot be recorded.
pub struct AsksFuture<T: ?Sized>(PhantomData<fn(&T)>);
/// What answers where it is no future either.
pub struct AsksStream<T: ?Sized>(PhantomData<fn(&T)>);
/// What answers where it is no stream either.
pub struct AsksIterator<T: ?Sized>(PhantomData<fn(&T)>);
/// What answers where it is nothing of this.
pub struct Other;

answers!([T: Output + ?Sized] AsksOutput<T> => IsOutput);
otherwise!([T: ?Sized] AsksOutput<T> => AsksFuture<T>, |_this| &AsksFuture(PhantomData));
answers!([T: Future + ?Sized] AsksFuture<T> => IsFuture);
otherwise!([T: ?Sized] AsksFuture<T> => AsksStream<T>, |_this| &AsksStream(PhantomData));
#[cfg(feature = "stream")]
answers!([T: futures_core::Stream + ?Sized] AsksStream<T> => IsStream);
otherwise!([T: ?Sized] AsksStream<T> => AsksIterator<T>, |_this| &AsksIterator(PhantomData));
answers!([T: Iterator + ?Sized] AsksIterator<T> => IsIterator);
otherwise!([T: ?Sized] AsksIterator<T> => Other, |_this| &Other);
answers!([] Other => IsOutput);

// Not by a macro, which the compiler's message would show.

/// The answer for values, and for what is nothing else.
#[derive(Clone, Copy)]
pub struct IsOutput;

impl IsOutput {
    /// Records it.
    #[inline]
    pub fn record<T: Output + ?Sized>(self, value: &T, to: &mut Outcome) {
        to.output(value);
    }
}

/// The answer for futures.
#[derive(Clone, Copy)]
pub struct IsFuture;

impl IsFuture {
    /// Never possible: a future is no value.
    #[inline]
    pub fn record<T: FutureOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}

/// The answer for streams.
#[derive(Clone, Copy)]
pub struct IsStream;

impl IsStream {
    /// Never possible: a stream is no value.
    #[inline]
    pub fn record<T: StreamOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}

/// The answer for iterators.
#[derive(Clone, Copy)]
pub struct IsIterator;

impl IsIterator {
    /// Never possible: an iterator is no value.
    #[inline]
    pub fn record<T: IteratorOutput + ?Sized>(self, value: &T, to: &mut Outcome) {
        value.record(to);
    }
}
