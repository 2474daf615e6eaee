//! Reads a return type into a `Shape`.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, Path, PathArguments, Result, ReturnType, Token, Type, TypeParamBound};

use super::bounds::{bound_name, kind_bound, kind_of_trait, types};
use super::forced::force;
use super::kind::Kind;
use super::shape::{Boxing, Shape, infer};
use super::unsupported_types::refuse_nested;
use crate::message;

/// Traits that a wrapper cannot have for what it wraps: it is one call's, and only hands on what is asked of it.
const NOT_FORWARDED: &[&str] = &[
    "Clone",
    "Copy",
    "Default",
    "Deserialize",
    "Display",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Serialize",
];

impl Shape {
    /// Reads a return type; `forced` is the option `future`, `stream` or `iter`; `opaque` is `skip_output`.
    pub(crate) fn of(output: &ReturnType, forced: Option<Kind>, opaque: bool) -> Result<Self> {
        let unit;
        let ty = match output {
            ReturnType::Default => {
                unit = Type::Tuple(syn::TypeTuple {
                    attrs: Vec::new(),
                    paren_token: syn::token::Paren::default(),
                    elems: Punctuated::new(),
                });
                &unit
            }
            ReturnType::Type(_, ty) => ty,
        };
        let found = read(ty)?;
        if let (Some(forced), Shape::Value(_)) = (forced, &found) {
            return Ok(force(ty, forced));
        }
        if let (Shape::Value(_), false) = (&found, opaque) {
            refuse_nested(ty, true)?;
        }
        Ok(found)
    }
}

fn read(ty: &Type) -> Result<Shape> {
    let whole = || ty.clone();
    match ty {
        Type::Paren(inner) => read(&inner.elem),
        Type::Group(inner) => read(&inner.elem),
        Type::Never(_) => Ok(Shape::Never),
        Type::ImplTrait(opaque) => {
            Ok(read_bounds(&opaque.bounds, ty, Boxing::None)?.unwrap_or_else(|| Shape::Value(whole())))
        }
        Type::Path(path) if path.qself.is_none() => {
            Ok(read_path(&path.path, ty)?.unwrap_or_else(|| Shape::Value(whole())))
        }
        _ => Ok(Shape::Value(whole())),
    }
}

fn read_path(path: &Path, ty: &Type) -> Result<Option<Shape>> {
    let Some(last) = path.segments.last() else { return Ok(None) };
    let whole = || ty.clone();
    let args = types(last);
    let name = last.ident.to_string();
    Ok(match (name.as_str(), args.as_slice()) {
        ("Option", [inner]) => {
            let inner = read(inner)?;
            inner.outlives_call().then(|| Shape::Option(whole(), Box::new(inner)))
        }
        ("Result", [inner, ..]) => {
            let inner = read(inner)?;
            inner.outlives_call().then(|| Shape::Result(whole(), Box::new(inner)))
        }
        ("Box", [inner]) => read_boxed(inner, ty, Boxing::Box)?,
        ("Pin", [Type::Path(boxed)]) => match boxed.path.segments.last() {
            Some(last) if last.ident == "Box" => match types(last).as_slice() {
                [inner] => read_boxed(inner, ty, Boxing::Pin)?,
                _ => None,
            },
            _ => None,
        },
        ("BoxFuture" | "LocalBoxFuture", [output]) => {
            Some(Shape::Future(whole(), Boxing::Pin, Box::new(read(output)?)))
        }
        ("BoxStream" | "LocalBoxStream", [item]) => {
            Some(Shape::Stream(whole(), Boxing::Pin, Some((*item).clone())))
        }
        _ => None,
    })
}

fn read_boxed(inner: &Type, ty: &Type, boxing: Boxing) -> Result<Option<Shape>> {
    match inner {
        Type::TraitObject(object) => read_bounds(&object.bounds, ty, boxing),
        Type::ImplTrait(opaque) => read_bounds(&opaque.bounds, ty, boxing),
        _ => Ok(None),
    }
}

fn read_bounds(
    bounds: &Punctuated<TypeParamBound, Token![+]>,
    ty: &Type,
    boxing: Boxing,
) -> Result<Option<Shape>> {
    let Some((kind, _)) = kind_bound(bounds) else { return Ok(None) };
    for bound in bounds {
        if let Some(name) = bound_name(bound).filter(|name| NOT_FORWARDED.iter().any(|not| *name == not)) {
            return Err(message::cannot_forward(bound, &name.to_string(), kind.noun()));
        }
    }
    let whole = ty.clone();
    Ok(Some(match kind {
        Kind::Future => {
            let output = associated(bounds, "Output").or_else(|| fallible(bounds));
            let output = output.map_or_else(|| Ok(Shape::Value(infer())), |ty| read(&ty))?;
            Shape::Future(whole, boxing, Box::new(output))
        }
        Kind::Stream => {
            let item = associated(bounds, "Item").or_else(|| fallible(bounds));
            Shape::Stream(whole, boxing, item)
        }
        Kind::Iter => Shape::Iter(whole, boxing, associated(bounds, "Item")),
    }))
}

/// `Name = Type`, in any of the bounds.
fn associated(bounds: &Punctuated<TypeParamBound, Token![+]>, name: &str) -> Option<Type> {
    let traits = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    });
    traits.filter(|segment| kind_of_trait(&segment.ident).is_some()).find_map(|segment| {
        let PathArguments::AngleBracketed(args) = &segment.arguments else { return None };
        args.args.iter().find_map(|arg| match arg {
            GenericArgument::AssocType(assoc) if assoc.ident == name => Some(assoc.ty.clone()),
            _ => None,
        })
    })
}

/// `Ok = T, Error = E` of `TryStream` and `TryFuture`, as the `Result` that they stand for.
fn fallible(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Type> {
    let (ok, error) = (associated(bounds, "Ok"), associated(bounds, "Error"));
    if ok.is_none() && error.is_none() {
        return None;
    }
    let (ok, error) = (ok.unwrap_or_else(infer), error.unwrap_or_else(infer));
    Some(syn::parse_quote_spanned!(Span::mixed_site()=> ::core::result::Result<#ok, #error>))
}
