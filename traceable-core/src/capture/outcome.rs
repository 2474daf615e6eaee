//! What a call recorded at its end: its outputs or its error.

use std::error::Error;
use std::fmt::Display;
use std::marker::PhantomData;

use serde::Serialize;

use super::asked::{answers, otherwise};
use super::payload::Payload;
use super::writer::Writer;

/// A result that can be recorded: everything that implements `serde::Serialize`.
///
/// A value that serialises to a JSON object is the outputs; any other becomes `{"output": value}`. Problems become
/// markers, as with [`Input`](crate::Input).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as a run output: derive `serde::Serialize`, or leave the result out with \
               `#[traceable(skip_output)]`",
    label = "this result does not implement `serde::Serialize`",
    note = "derive it for your own types; for those of another crate, look for a feature `serde` of that crate",
    note = "or record another value made from it with `#[traceable(process_outputs = function)]`, of items with \
            `process_chunk`",
    note = "if a future, a stream or an iterator is in it, return that as `impl Future`, `impl Stream` or `impl Iterator`"
)]
pub trait Output {
    #[doc(hidden)]
    fn record_output(&self, writer: &mut ValueWriter<'_>);
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Output for T {
    fn record_output(&self, writer: &mut ValueWriter<'_>) {
        writer.0.json(self);
    }
}

/// Hides the writer from the traits' users.
pub struct ValueWriter<'a>(pub(super) &'a mut Writer);

impl<'a> ValueWriter<'a> {
    pub(crate) fn new(writer: &'a mut Writer) -> ValueWriter<'a> {
        ValueWriter(writer)
    }
}

/// Whatever takes a reported error: the outcome of a call or an item of a generator.
pub trait Report {
    #[doc(hidden)]
    fn report(&mut self, error: String);
}

/// Collects the outcome of a call.
#[derive(Default)]
pub struct Outcome {
    pub(crate) outputs: Option<Payload>,
    pub(crate) error: Option<String>,
}

impl Outcome {
    /// Records a result.
    pub fn output<T: Output + ?Sized>(&mut self, value: &T) {
        self.wrapped(|writer| value.record_output(&mut ValueWriter(writer)));
    }

    /// Records what a hook makes of the result.
    pub fn output_with<T: Serialize>(&mut self, make: impl FnOnce() -> T) {
        self.wrapped(|writer| writer.made(make));
    }

    /// The call succeeded; its result is not recorded.
    pub fn skip_output(&mut self) {}

    /// The call returned an `Err` that is no error.
    pub fn handled(&mut self) {
        self.wrapped(|writer| writer.json(&()));
    }

    /// Records a result as an object: as it is if it is one, as `{"output": ..}` otherwise.
    pub(crate) fn wrapped(&mut self, write: impl FnOnce(&mut Writer)) {
        const OPEN: &[u8] = br#"{"output":"#;
        self.outputs = Some(Writer::lend(|writer| {
            writer.out.extend_from_slice(OPEN);
            write(writer);
            if writer.out.get(OPEN.len()) == Some(&b'{') {
                return Payload::trusted(&writer.out[OPEN.len()..]);
            }
            writer.out.push(b'}');
            writer.payload()
        }));
    }
}

impl Report for Outcome {
    fn report(&mut self, error: String) {
        // an error leaves its mark in the outputs too, as LangSmith has it
        self.wrapped(|writer| writer.json(&()));
        self.error = Some(error);
    }
}

/// A value of whatever type a function returns. `Out::of(&v)[Asked].split(&v)` tells a `Result` from everything else,
/// through type aliases and in generic code.
pub struct Out<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Out<T> {
    /// The type of this value.
    #[inline]
    pub fn of(_: &T) -> Out<T> {
        Out(PhantomData)
    }
}

/// What answers where there is no `Result`.
pub struct OtherOut;

/// The answer of a `Result`.
#[derive(Clone, Copy)]
pub struct ResultKind;
/// The answer of everything else.
#[derive(Clone, Copy)]
pub struct ValueKind;
/// The error of what is no `Result`: there is none.
#[derive(Debug)]
pub enum NotAResult {}

answers!([T, E] Out<Result<T, E>> => ResultKind);
otherwise!([T: ?Sized] Out<T> => OtherOut, |_this| &OtherOut);
answers!([] OtherOut => ValueKind);

// By value, like all methods of an answer: no trait's method comes before it then.
impl ResultKind {
    /// The two sides.
    #[inline]
    pub fn split<T, E>(self, value: &Result<T, E>) -> Result<&T, &E> {
        value.as_ref()
    }
}

impl ValueKind {
    /// The value.
    #[inline]
    pub fn split<T: ?Sized>(self, value: &T) -> Result<&T, &NotAResult> {
        Ok(value)
    }
}

impl Display for NotAResult {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl Error for NotAResult {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::asked::Asked;
    use crate::capture::error_text::Fail;

    #[derive(Debug)]
    struct Inner;
    impl Display for Inner {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("inner")
        }
    }
    impl Error for Inner {}

    #[derive(Debug)]
    struct Outer(Inner);
    impl Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    struct Shown(&'static str);
    impl Display for Shown {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    macro_rules! record {
        ($value:expr) => {{
            let value = $value;
            let mut outcome = Outcome::default();
            match Out::of(&value)[Asked].split(&value) {
                Ok(v) => outcome.output(v),
                Err(e) => Fail::of(e)[Asked].describe(e, &mut outcome),
            }
            (outcome.outputs.unwrap().as_str().to_owned(), outcome.error)
        }};
    }

    type Aliased<T> = std::result::Result<T, Outer>;

    #[test]
    fn values_are_wrapped_unless_they_are_objects() {
        assert_eq!(record!(3).0, r#"{"output":3}"#);
        assert_eq!(record!(()).0, r#"{"output":null}"#);
        assert_eq!(record!(std::collections::BTreeMap::from([("a", 1)])).0, r#"{"a":1}"#);
    }

    #[test]
    fn results_are_seen_through_and_errors_keep_their_sources() {
        let fine: Aliased<i32> = Ok(3);
        assert_eq!(record!(fine), (r#"{"output":3}"#.into(), None));
        let failed: Aliased<i32> = Err(Outer(Inner));
        assert_eq!(record!(failed).1.unwrap(), "outer\n\nCaused by:\n  0: inner");
        let boxed: Result<i32, Box<dyn Error>> = Err(Box::new(Outer(Inner)));
        assert_eq!(record!(boxed).1.unwrap(), "outer\n\nCaused by:\n  0: inner");
        let sync: Result<i32, Box<dyn Error + Send + Sync>> = Err(Box::new(Outer(Inner)));
        assert_eq!(record!(sync).1.unwrap(), "outer\n\nCaused by:\n  0: inner");
        let shown: Result<i32, Shown> = Err(Shown("only shown"));
        assert_eq!(record!(shown).1.unwrap(), "only shown");
        let text: Result<i32, String> = Err("text".into());
        assert_eq!(record!(text), (r#"{"output":null}"#.into(), Some("text".into())));
    }

    #[test]
    fn generic_code_sees_a_result_too() {
        fn record<T: Serialize, E: Error>(value: Result<T, E>) -> Option<String> {
            record!(value).1
        }
        assert_eq!(record::<i32, _>(Err(Inner)).unwrap(), "inner");
    }
}
