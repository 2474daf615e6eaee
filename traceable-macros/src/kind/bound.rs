//! Traits whose values are worked through later.

use syn::punctuated::Punctuated;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Token, Type, TypeParamBound};

/// A run that stays open while this is worked through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Open {
    Future,
    Stream,
    Iter,
}

impl Open {
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

pub(super) fn opening_bound(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<(Open, &PathSegment)> {
    bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let segment = bound.path.segments.last()?;
        let open = match segment.ident.to_string().as_str() {
            "Future" | "FusedFuture" | "TryFuture" => Open::Future,
            "Stream" | "TryStream" | "FusedStream" => Open::Stream,
            "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" | "FusedIterator" => Open::Iter,
            _ => return None,
        };
        Some((open, segment))
    })
}

pub(super) fn bound_name(bound: &TypeParamBound) -> Option<&Ident> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

pub(super) fn types(segment: &PathSegment) -> Vec<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter_map(|arg| match arg {
                GenericArgument::Type(ty) => Some(ungrouped(ty)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A `$ty:ty` of a `macro_rules!` lies in an invisible group.
fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}
