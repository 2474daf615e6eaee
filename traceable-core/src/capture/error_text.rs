//! Errors as text: what `Display` says, then the sources.

use std::error::Error;
use std::fmt::Display;
use std::marker::PhantomData;

use super::asked::{answers, otherwise};
use super::limits::MAX_SOURCES;
use super::outcome::Report;
use super::panic_guard::guarded_text;

/// An error that can be recorded: everything that implements `Display`.
///
/// An error that also implements `std::error::Error` is recorded with all its sources.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as a run error: give it a text with `#[traceable(process_error = |_| \"..\")]`, \
               or implement `std::fmt::Display` for a type of your own",
    label = "this error type does not implement `Display`"
)]
pub trait Failure {
    #[doc(hidden)]
    fn error_text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> Failure for T {
    fn error_text(&self) -> String {
        guarded_text(|| format!("{self:#}"))
    }
}

/// An error of whatever type. `Fail::of(&e)[Asked].describe(&e, to)` finds the sources of everything that has some: a
/// `std::error::Error`, then a boxed one, which is none itself, then anything else.
pub struct Fail<E: ?Sized>(PhantomData<fn(&E)>);

impl<E: ?Sized> Fail<E> {
    /// The type of this error.
    #[inline]
    pub fn of(_: &E) -> Fail<E> {
        Fail(PhantomData)
    }
}

/// What answers where there is no `Error`.
pub struct OtherFail<E: ?Sized>(PhantomData<fn(&E)>);
/// What answers where there is no boxed one either.
pub struct AnyFail;

/// The answer of an `Error`.
#[derive(Clone, Copy)]
pub struct IsError;
/// The answer of a boxed one.
#[derive(Clone, Copy)]
pub struct IsBoxedError;
/// The answer of everything else.
#[derive(Clone, Copy)]
pub struct IsText;

answers!([E: Error] Fail<E> => IsError);
otherwise!([E: ?Sized] Fail<E> => OtherFail<E>, |_this| &OtherFail(PhantomData));
answers!(['e] OtherFail<Box<dyn Error + 'e>> => IsBoxedError);
answers!(['e] OtherFail<Box<dyn Error + Send + 'e>> => IsBoxedError);
answers!(['e] OtherFail<Box<dyn Error + Send + Sync + 'e>> => IsBoxedError);
otherwise!([E: ?Sized] OtherFail<E> => AnyFail, |_this| &AnyFail);
answers!([] AnyFail => IsText);

impl IsError {
    /// Reports the error with its sources.
    pub fn describe<E: Error>(self, error: &E, to: &mut impl Report) {
        to.report(guarded_text(|| chain(error)));
    }
}

impl IsBoxedError {
    /// Reports the error with its sources.
    pub fn describe<E: BoxedError>(self, error: &E, to: &mut impl Report) {
        to.report(guarded_text(|| chain(error.error())));
    }
}

impl IsText {
    /// Reports the error by its `Display` text.
    pub fn describe<E: Failure + ?Sized>(self, error: &E, to: &mut impl Report) {
        to.report(error.error_text());
    }
}

/// A box of an error.
pub trait BoxedError {
    /// What is in the box.
    fn error(&self) -> &(dyn Error + '_);
}

macro_rules! boxed {
    ($($error:ty),*) => {$(
        impl<'e> BoxedError for Box<$error> {
            fn error(&self) -> &(dyn Error + '_) {
                &**self
            }
        }
    )*};
}
boxed!(dyn Error + 'e, dyn Error + Send + 'e, dyn Error + Send + Sync + 'e);

/// The text of an error, then each of its sources on a line of its own.
fn chain(error: &dyn Error) -> String {
    use std::fmt::Write;
    let mut text = error.to_string();
    let mut source = error.source();
    for number in 0..MAX_SOURCES {
        let Some(error) = source else { break };
        if number == 0 {
            text.push_str("\n\nCaused by:");
        }
        let _ = write!(text, "\n  {number}: {error}");
        source = error.source();
    }
    text
}
