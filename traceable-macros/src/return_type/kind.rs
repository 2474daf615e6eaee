//! The kinds of lazy values: a future, a stream, an iterator.

/// The caller works through it later, and the run stays open until then.
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
