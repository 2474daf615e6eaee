//! The way from what a function returns to where its run ends.

use syn::{Token, Type};

use super::kind::Kind;

/// How the value is boxed; the wrapper is boxed the same way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Boxing {
    None,
    Box,
    Pin,
}

/// The way from what a function returns to where its run ends.
pub(crate) enum Shape {
    /// the run ends with this value
    Value(Type),
    /// `-> !`: there is no value
    Never,
    /// `Option<..>` around something lazy
    Option(Type, Box<Shape>),
    /// `Result<.., E>` around something lazy
    Result(Type, Box<Shape>),
    /// the run ends with the future's output
    Future(Type, Boxing, Box<Shape>),
    /// the run ends with the last item; the type of an item, if the signature says it
    Stream(Type, Boxing, Option<Type>),
    Iter(Type, Boxing, Option<Type>),
}

impl Shape {
    /// Whether the run outlives the call.
    pub(crate) fn outlives_call(&self) -> bool {
        !matches!(self, Self::Value(_) | Self::Never)
    }

    /// What it ends in: a generator, or (a future of) one value.
    pub(crate) fn generator(&self) -> Option<Kind> {
        match self {
            Self::Value(_) | Self::Never => None,
            Self::Option(_, inner) | Self::Result(_, inner) | Self::Future(_, _, inner) => inner.generator(),
            Self::Stream(..) => Some(Kind::Stream),
            Self::Iter(..) => Some(Kind::Iter),
        }
    }

    /// The outermost kind, as messages repeat what the signature says already.
    pub(crate) fn outer_kind(&self) -> Option<Kind> {
        match self {
            Self::Value(_) | Self::Never => None,
            Self::Option(_, inner) | Self::Result(_, inner) => inner.outer_kind(),
            Self::Future(..) => Some(Kind::Future),
            Self::Stream(..) => Some(Kind::Stream),
            Self::Iter(..) => Some(Kind::Iter),
        }
    }

    /// Whether a `Result` is around what is lazy.
    pub(crate) fn is_fallible(&self) -> bool {
        match self {
            Self::Result(..) => true,
            Self::Option(_, inner) | Self::Future(_, _, inner) => inner.is_fallible(),
            Self::Value(_) | Self::Never | Self::Stream(..) | Self::Iter(..) => false,
        }
    }

    /// The type as which the outermost lazy value is written.
    pub(crate) fn kind_type(&self) -> Option<&Type> {
        match self {
            Self::Option(_, inner) | Self::Result(_, inner) => inner.kind_type(),
            _ => self.ty(),
        }
    }

    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Never => None,
            Self::Value(ty) | Self::Option(ty, _) | Self::Result(ty, _) => Some(ty),
            Self::Future(ty, ..) | Self::Stream(ty, ..) | Self::Iter(ty, ..) => Some(ty),
        }
    }
}

pub(super) fn infer() -> Type {
    Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: <Token![_]>::default() })
}
