//! The argument that a pattern reads: copied if it can be, as nobody may borrow the fields of a packed struct.

use super::asked::{answers, otherwise};

/// `let PATTERN = Place::of(&value)[Asked];` binds by value if the value is `Copy`, and by reference otherwise.
pub struct Place<'a, T>(Borrowed<'a, T>);

/// What answers for a value that is not `Copy`.
pub struct Borrowed<'a, T>(&'a T);

impl<'a, T> Place<'a, T> {
    /// The place of this value.
    #[inline]
    pub fn of(value: &'a T) -> Place<'a, T> {
        Place(Borrowed(value))
    }
}

answers!(['a, T: Copy] Place<'a, T> => T, |place| place.0.0);
otherwise!(['a, T] Place<'a, T> => Borrowed<'a, T>, |place| &place.0);
answers!(['a, T] Borrowed<'a, T> => &'a T, |place| &place.0);
