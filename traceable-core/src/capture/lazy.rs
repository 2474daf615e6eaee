//! Values whose work comes later, returned where the attribute takes them for finished.
//!
//! A result that is recorded must serialise, which few futures, streams or iterators do. One that is not recorded may
//! be anything, so the attribute asks it ([`asked`](super::asked)); the answer of a lazy value has a deprecated method,
//! which warns. In generic code only declared bounds count.

use std::marker::PhantomData;

use super::asked::{answers, otherwise};

/// `questions!(Question: Bound => Answer, method, "text")`
macro_rules! questions {
    ($($(#[$cfg:meta])* $asks:ident: $bound:path => $answer:ident, $warn:ident, $what:literal, $text:literal;)*) => {$(
        #[doc = concat!("Whether a value is ", $what, ": `", stringify!($asks), "::of(&value)[Asked]`.")]
        $(#[$cfg])*
        pub struct $asks<T: ?Sized>(PhantomData<fn(&T)>);

        $(#[$cfg])*
        impl<T: ?Sized> $asks<T> {
            /// The type of this value.
            #[inline]
            pub fn of(_: &T) -> $asks<T> {
                $asks(PhantomData)
            }
        }

        $(#[$cfg])*
        impl<T> $asks<T> {
            /// The type of a value in an `Option`.
            #[inline]
            pub fn of_option(_: &Option<T>) -> $asks<T> {
                $asks(PhantomData)
            }
        }

        #[doc = concat!("The answer of ", $what, ".")]
        $(#[$cfg])*
        #[derive(Clone, Copy)]
        pub struct $answer;

        $(#[$cfg])*
        answers!([T: $bound + ?Sized] $asks<T> => $answer);
        $(#[$cfg])*
        otherwise!([T: ?Sized] $asks<T> => Finished, |_this| &Finished);

        $(#[$cfg])*
        impl $answer {
            /// Warns.
            #[deprecated(note = $text)]
            #[inline]
            pub fn $warn(self) {}
        }

        impl NotLazy {
            /// Is fine.
            $(#[$cfg])*
            #[inline]
            pub fn $warn(self) {}
        }
    )*};
}

/// What answers for everything that is finished.
pub struct Finished;

/// The answer of everything that is finished.
#[derive(Clone, Copy)]
pub struct NotLazy;

answers!([] Finished => NotLazy);

questions! {
    AsksFuture: Future => LazyFuture, future, "a future",
        "this function returns a future, but its run ends before that is awaited: return `impl Future<..>`, or, if this is \
         an alias of a boxed future, add `future` to `#[traceable(..)]`";
    #[cfg(feature = "stream")]
    AsksStream: futures_core::Stream => LazyStream, stream, "a stream",
        "this function returns a stream, but its run ends before that is worked through: return `impl Stream<..>`, or, if \
         this is an alias of a boxed stream, add `stream` to `#[traceable(..)]`";
    AsksIterator: Iterator => LazyIterator, iterator, "an iterator",
        "this function returns an iterator, but its run ends before that is worked through: return `impl Iterator<..>`, or, \
         if this is an alias of a boxed iterator, add `iter` to `#[traceable(..)]`";
}

/// Without the feature no type is known to be a stream.
#[cfg(not(feature = "stream"))]
pub struct AsksStream;

#[cfg(not(feature = "stream"))]
impl AsksStream {
    /// The type of this value.
    #[inline]
    pub fn of<T: ?Sized>(_: &T) -> AsksStream {
        AsksStream
    }

    /// The type of a value in an `Option`.
    #[inline]
    pub fn of_option<T>(_: &Option<T>) -> AsksStream {
        AsksStream
    }
}

#[cfg(not(feature = "stream"))]
answers!([] AsksStream => NotLazy);

#[cfg(not(feature = "stream"))]
impl NotLazy {
    /// Is fine.
    #[inline]
    pub fn stream(self) {}
}

/// The answer that the result of an `impl Trait` gives, where that may be a future, a stream or an iterator by another
/// name: a range, say, that serialises and so would be recorded as it is.
#[diagnostic::on_unimplemented(
    message = "this return type hides a future, a stream or an iterator: the run would end before that is worked through",
    label = "the attribute does not know this trait",
    note = "name what it is: `impl Future`, `impl Stream` or `impl Iterator`",
    note = "if it is a value, return it by its own type"
)]
pub trait NotHidden {}

#[diagnostic::do_not_recommend]
impl NotHidden for NotLazy {}

/// Asks for that answer.
#[inline]
pub fn not_hidden<A: NotHidden>(_: A) {}
