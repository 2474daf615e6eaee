//! Plain functions, and the part of others that runs at the call.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::super::token::Call;
use crate::capture::outcome::Outcome;
use crate::process;
use crate::run::object::ObjectId;
use crate::run::site::Site;

/// Runs the body of a plain function as a run that ends with its result.
#[inline]
pub fn plain<R>(site: &'static Site, body: impl FnOnce() -> R, record: impl FnOnce(&R, &mut Outcome)) -> R {
    if !process::gate_is_open() {
        return body();
    }
    // What is passed to a function that is not inlined has to be in memory. The copy is made here, so that the body
    // stays in registers while tracing is off: a third of the instructions of such a call.
    let mut body = Some(body);
    sync_traced(Call::now(site), &mut body, record)
}

/// As [`plain`], for a call that was given options.
#[inline]
pub fn sync<R>(call: Call, body: impl FnOnce() -> R, record: impl FnOnce(&R, &mut Outcome)) -> R {
    if call.is_off() { body() } else { sync_traced(call, &mut Some(body), record) }
}

#[cold]
#[inline(never)]
fn sync_traced<R, Body: FnOnce() -> R>(
    mut call: Call,
    body: &mut Option<Body>,
    record: impl FnOnce(&R, &mut Outcome),
) -> R {
    let entered = call.begin(ObjectId::of(&call));
    // unwinding goes on right after: no state of the program is looked at in between
    let result = catch_unwind(AssertUnwindSafe(|| body.take().map(|body| body())));
    drop(entered);
    match result {
        Ok(Some(value)) => call.finish(value, record),
        Ok(None) => unreachable!("the body is there until it is called, here"),
        Err(panic) => {
            call.panicked(&*panic);
            resume_unwind(panic)
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
    let entered = call.begin_eagerly();
    let result = catch_unwind(AssertUnwindSafe(body));
    drop(entered);
    match result {
        Ok(value) => (call, value),
        Err(panic) => {
            call.panicked(&*panic);
            resume_unwind(panic)
        }
    }
}

/// A future, stream or iterator in a `Result`. An `Err` is the end of the run.
pub fn through_result<T, E, U>(
    call: Call,
    value: Result<T, E>,
    wrap: impl FnOnce(Call, T) -> U,
    fail: impl FnOnce(&E, &mut Outcome),
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
