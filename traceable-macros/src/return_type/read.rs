//! Reads a return type into a `Shape`.

use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Path, PathArguments, PathSegment, Result, ReturnType, Token, Type, TypeParamBound,
};

use super::bounds::{bound_name, kind_bound, types};
use super::forced::force;
use super::kind::Kind;
use super::shape::{Boxing, Shape, infer};
use super::unsupported_types::refuse_nested;
use crate::message;

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
    let Some((kind, segment)) = kind_bound(bounds) else { return Ok(None) };
    for bound in bounds {
        if let Some(name) = bound_name(bound).filter(|name| *name == "Clone" || *name == "Copy") {
            return Err(message::cannot_forward(bound, &name.to_string(), kind.noun()));
        }
    }
    let whole = ty.clone();
    Ok(Some(match kind {
        Kind::Future => {
            let output = associated(segment, "Output");
            let output = output.map_or_else(|| Ok(Shape::Value(infer())), |ty| read(&ty))?;
            Shape::Future(whole, boxing, Box::new(output))
        }
        Kind::Stream => Shape::Stream(whole, boxing, associated(segment, "Item")),
        Kind::Iter => Shape::Iter(whole, boxing, associated(segment, "Item")),
    }))
}

fn associated(segment: &PathSegment, name: &str) -> Option<Type> {
    let PathArguments::AngleBracketed(args) = &segment.arguments else { return None };
    args.args.iter().find_map(|arg| match arg {
        GenericArgument::AssocType(assoc) if assoc.ident == name => Some(assoc.ty.clone()),
        _ => None,
    })
}
