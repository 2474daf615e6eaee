//! How printed code learns what a type is.
//!
//! A method would do: the compiler prefers one of the type's own to one of a trait. But a trait of the user's with a
//! method of that name answers too, so nothing here is asked by name. `value[Asked]` looks for an `Index` on the type,
//! and, where the bounds of that do not hold, on what it dereferences to. In generic code only declared bounds count.

/// The question: `value[Asked]`.
pub struct Asked;

/// `answers!([generics] Type => Answer, |this| answer)`: values of the type answer.
macro_rules! answers {
    ([$($generics:tt)*] $asked:ty => $answer:ty, |$this:ident| $value:expr) => {
        impl<$($generics)*> std::ops::Index<crate::capture::asked::Asked> for $asked {
            type Output = $answer;

            #[inline]
            fn index(&self, _: crate::capture::asked::Asked) -> &$answer {
                let $this = self;
                $value
            }
        }
    };
    ([$($generics:tt)*] $asked:ty => $answer:ident) => {
        answers!([$($generics)*] $asked => $answer, |_this| &$answer);
    };
}

/// `otherwise!([generics] Type => Next, |this| next)`: where the type does not answer, the next does.
macro_rules! otherwise {
    ([$($generics:tt)*] $asked:ty => $next:ty, |$this:ident| $value:expr) => {
        impl<$($generics)*> std::ops::Deref for $asked {
            type Target = $next;

            #[inline]
            fn deref(&self) -> &$next {
                let $this = self;
                $value
            }
        }
    };
}

pub(crate) use {answers, otherwise};
