//! Plain functions, and the part of others that runs at the call.

use std::marker::PhantomData;

use crate::call::traced_call::Call;
use crate::call::user_code::PlainCall;
use crate::callsite::function::Callsite;
use crate::capture::outcome::Outcome;
use crate::process;

/// Runs the body of a plain function as a run that ends with its result.
#[inline]
pub fn plain<R>(
    callsite: &'static Callsite,
    body: impl FnOnce() -> R,
    record: impl FnMut(&R, &mut Outcome),
) -> R {
    if !process::gate_is_open() {
        return body();
    }
    // What is passed to a function that is not inlined has to be in memory. The copy is made here, so that the body
    // stays in registers while tracing is off: a third of the instructions of such a call.
    let mut parts = Parts { body: Some(body), value: None, record };
    Call::complete_now(callsite, &mut parts);
    match parts.value {
        Some(value) => value,
        None => without_value(),
    }
}

/// As [`plain`], for a call that was given options.
#[inline]
pub fn sync<R>(call: Call, body: impl FnOnce() -> R, record: impl FnMut(&R, &mut Outcome)) -> R {
    if call.is_off() {
        return body();
    }
    let mut parts = Parts { body: Some(body), value: None, record };
    call.complete(&mut parts);
    match parts.value {
        Some(value) => value,
        None => without_value(),
    }
}

#[cold]
#[inline(never)]
fn without_value() -> ! {
    unreachable!("a call that is complete has its value")
}

struct Parts<Body, R, Record> {
    body: Option<Body>,
    value: Option<R>,
    record: Record,
}

impl<Body: FnOnce() -> R, R, Record: FnMut(&R, &mut Outcome)> PlainCall for Parts<Body, R, Record> {
    fn run(&mut self) {
        if let Some(body) = self.body.take() {
            self.value = Some(body());
        }
    }

    fn record(&mut self, outcome: &mut Outcome) {
        if let Some(value) = &self.value {
            (self.record)(value, outcome);
        }
    }
}

/// Runs the plain statements of a function that returns a future, a stream or an iterator, inside its run.
#[inline]
pub fn eager<R>(call: Call, body: impl FnOnce() -> R) -> (Call, R) {
    if call.is_off() {
        let value = body();
        (call, value)
    } else {
        eager_traced(call, body)
    }
}

#[cold]
#[inline(never)]
fn eager_traced<R>(mut call: Call, body: impl FnOnce() -> R) -> (Call, R) {
    let (mut body, mut value) = (Some(body), None);
    call.inside_eagerly(&mut |()| value = body.take().map(|body| body()));
    match value {
        Some(value) => (call, value),
        None => unreachable!("the body is there until it is called, here"),
    }
}

/// The type of what a function returns, where it is an `impl Trait` that the body cannot write.
// neither a subtype nor a supertype will do
pub struct Returned<R>(PhantomData<fn(R) -> R>);

impl<R> Returned<R> {
    /// Of a type that the compiler finds out.
    #[inline]
    pub const fn nothing() -> Returned<R> {
        Returned(PhantomData)
    }

    /// A body that returns such a value.
    #[inline]
    pub fn body<Body: FnOnce() -> R>(&self, body: Body) -> Body {
        body
    }
}

/// A future, stream or iterator in a `Result`. An `Err` is the end of the run.
pub fn through_result<T, E, U>(
    call: Call,
    value: Result<T, E>,
    wrap: impl FnOnce(Call, T) -> U,
    fail: impl FnMut(&E, &mut Outcome),
) -> Result<U, E> {
    match value {
        Ok(value) => Ok(wrap(call, value)),
        Err(error) => Err(call.finish(error, fail)),
    }
}

/// A future, stream or iterator in an `Option`. `None` is the end of the run.
pub fn through_option<T, U>(call: Call, value: Option<T>, wrap: impl FnOnce(Call, T) -> U) -> Option<U> {
    match value {
        Some(value) => Some(wrap(call, value)),
        None => {
            call.finish((), |(), outcome| outcome.output(&()));
            None
        }
    }
}
