//! Errors as text: what `Display` says, then the sources.

use std::error::Error;
use std::fmt::Display;

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

/// An error of whatever type. `(&Fail(&e)).describe(o)` finds the sources of everything that has some: a
/// `std::error::Error` by an inherent method, a boxed one by a trait at the same step of method lookup, anything
/// else by a trait one dereference later.
pub struct Fail<'a, E: ?Sized>(pub &'a E);

impl<E: ?Sized> Clone for Fail<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: ?Sized> Copy for Fail<'_, E> {}

impl<E: Error> Fail<'_, E> {
    /// Reports the error with its sources.
    pub fn describe(&self, to: &mut impl Report) {
        to.report(guarded_text(|| chain(&self.0)));
    }
}

/// [`Fail::describe`] for boxed errors, which are no `Error`s themselves.
pub trait FailBoxed {
    /// Reports the error with its sources.
    fn describe(self, to: &mut impl Report);
}

macro_rules! boxed {
    ($($error:ty),*) => {$(
        impl FailBoxed for &Fail<'_, Box<$error>> {
            fn describe(self, to: &mut impl Report) {
                to.report(guarded_text(|| chain(&**self.0)));
            }
        }
    )*};
}
boxed!(dyn Error, dyn Error + Send, dyn Error + Send + Sync);

/// [`Fail::describe`] for everything else.
pub trait FailDisplay<E: ?Sized> {
    /// Reports the error by its `Display` text.
    fn describe(self, to: &mut impl Report)
    where
        E: Failure;
}

impl<E: ?Sized> FailDisplay<E> for Fail<'_, E> {
    fn describe(self, to: &mut impl Report)
    where
        E: Failure,
    {
        to.report(self.0.error_text());
    }
}

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
