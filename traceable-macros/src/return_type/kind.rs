//! What a caller works through later: a future, a stream or an iterator.

/// A run that stays open while this is worked through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Future,
    Stream,
    Iter,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Future => "Future",
            Self::Stream => "Stream",
            Self::Iter => "Iterator",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Future => "future",
            Self::Stream => "stream",
            Self::Iter => "iterator",
        }
    }
}
