//! Trait bounds and type arguments.

use syn::punctuated::Punctuated;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Token, Type, TypeParamBound};

use super::kind::Kind;

pub(super) fn kind_bound(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<(Kind, &PathSegment)> {
    bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let segment = bound.path.segments.last()?;
        Some((kind_of_trait(&segment.ident)?, segment))
    })
}

pub(super) fn kind_of_trait(name: &Ident) -> Option<Kind> {
    match name.to_string().as_str() {
        "Future" | "FusedFuture" | "TryFuture" => Some(Kind::Future),
        "Stream" | "TryStream" | "FusedStream" => Some(Kind::Stream),
        "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" | "FusedIterator" => Some(Kind::Iter),
        _ => None,
    }
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

/// A `$ty:ty` of a `macro_rules!` is in an invisible group.
fn ungrouped(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}
