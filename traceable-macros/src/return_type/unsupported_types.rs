//! Return types that cannot be traced: something lazy inside another type or behind a reference, and closures.

use syn::punctuated::Punctuated;
use syn::{Ident, Result, Token, Type, TypeParamBound};

use super::bounds::{bound_name, kind_bound, types};
use super::kind::Kind;
use crate::message;

const CONTAINERS: &[&str] = &[
    "Arc",
    "BTreeMap",
    "Box",
    "Cell",
    "FuturesOrdered",
    "FuturesUnordered",
    "HashMap",
    "JoinSet",
    "Mutex",
    "Option",
    "Pin",
    "Poll",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "SelectAll",
    "Vec",
    "VecDeque",
];

/// Refuses a future, stream or iterator where it cannot be wrapped: it would be recorded as finished.
pub(super) fn refuse_nested(ty: &Type, top: bool) -> Result<()> {
    match ty {
        Type::Paren(inner) => refuse_nested(&inner.elem, top),
        Type::Group(inner) => refuse_nested(&inner.elem, top),
        Type::ImplTrait(opaque) => refuse_bounds(&opaque.bounds, ty, top),
        Type::TraitObject(object) => refuse_bounds(&object.bounds, ty, top),
        Type::Reference(reference) => match &*reference.elem {
            Type::ImplTrait(syn::TypeImplTrait { bounds, .. })
            | Type::TraitObject(syn::TypeTraitObject { bounds, .. }) => match kind_bound(bounds) {
                Some((kind, _)) => Err(message::behind_reference(ty, kind.noun())),
                None => Ok(()),
            },
            inner => refuse_nested(inner, false),
        },
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|ty| refuse_nested(ty, false)),
        Type::Array(array) => refuse_nested(&array.elem, false),
        Type::Slice(slice) => refuse_nested(&slice.elem, false),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Ok(()) };
            let kind = match last.ident.to_string().as_str() {
                "BoxFuture" | "LocalBoxFuture" => Some(Kind::Future),
                "BoxStream" | "LocalBoxStream" => Some(Kind::Stream),
                _ => None,
            };
            match kind {
                Some(kind) if !top => Err(message::nested(ty, kind.noun())),
                _ => {
                    let mut types = types(last).into_iter();
                    let inside = types.try_for_each(|ty| refuse_nested(ty, top && last.ident == "Box"));
                    // an alias of `Result` is no container
                    let known = CONTAINERS.iter().any(|container| last.ident == container);
                    if top && !known {
                        inside.map_err(|_| message::inside_unknown(ty, &last.ident))
                    } else {
                        inside
                    }
                }
            }
        }
        _ => Ok(()),
    }
}

fn refuse_bounds(bounds: &Punctuated<TypeParamBound, Token![+]>, ty: &Type, top: bool) -> Result<()> {
    if let Some((kind, _)) = kind_bound(bounds) {
        return Err(message::nested(ty, kind.noun()));
    }
    match bounds.iter().filter_map(bound_name).find(|name| is_function_trait(name)) {
        Some(_) if top => Err(message::returns_function(ty)),
        _ => Ok(()),
    }
}

/// Whether a trait is one of closures.
pub(crate) fn is_function_trait(name: &Ident) -> bool {
    ["Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"].iter().any(|function| name == function)
}
