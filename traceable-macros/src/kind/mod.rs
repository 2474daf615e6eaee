//! What a function gives back, read off its return type and never off its body.
//!
//! tracing and fastrace look at how the body is written, and so miss `Box::pin(g(a))`, `.boxed()` and every stream.
//! A type cannot be misread: if it is an alias we do not know, the result is not recordable and does not compile.

mod bound;
mod refuse;
mod value;

use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Path, PathArguments, PathSegment, Result, ReturnType, Token, Type, TypeParamBound,
};

pub(crate) use self::bound::Open;
use self::bound::{bound_name, opening_bound, types};
use self::refuse::refuse_hidden;
pub(crate) use self::value::is_value;
use crate::message;

/// How the value was boxed, so that the wrapper can be boxed alike.
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
    /// `Option<..>` around something open
    Option(Type, Box<Shape>),
    /// `Result<.., E>` around something open
    Result(Type, Box<Shape>),
    /// the run ends with the future's output
    Future(Type, Boxing, Box<Shape>),
    /// the run ends with the last item; the type of an item, if the signature says it
    Stream(Type, Boxing, Option<Type>),
    Iter(Type, Boxing, Option<Type>),
}

impl Shape {
    /// Reads a return type; `forced` is the option `future`, `stream` or `iter`; `opaque` is `skip_output`.
    pub(crate) fn of(output: &ReturnType, forced: Option<Open>, opaque: bool) -> Result<Self> {
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
            refuse_hidden(ty, true)?;
        }
        Ok(found)
    }

    /// Whether the run outlives the call.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Value(_) | Self::Never)
    }

    /// What the way ends in: a generator, or (a future of) one value.
    pub(crate) fn generator(&self) -> Option<Open> {
        match self {
            Self::Value(_) | Self::Never => None,
            Self::Option(_, inner) | Self::Result(_, inner) | Self::Future(_, _, inner) => inner.generator(),
            Self::Stream(..) => Some(Open::Stream),
            Self::Iter(..) => Some(Open::Iter),
        }
    }

    /// The first open thing on the way, for telling a user what the signature says already.
    pub(crate) fn opening(&self) -> Option<Open> {
        match self {
            Self::Value(_) | Self::Never => None,
            Self::Option(_, inner) | Self::Result(_, inner) => inner.opening(),
            Self::Future(..) => Some(Open::Future),
            Self::Stream(..) => Some(Open::Stream),
            Self::Iter(..) => Some(Open::Iter),
        }
    }

    /// Whether there is a `Result` around what is open.
    pub(crate) fn is_fallible(&self) -> bool {
        match self {
            Self::Result(..) => true,
            Self::Option(_, inner) | Self::Future(_, _, inner) => inner.is_fallible(),
            Self::Value(_) | Self::Never | Self::Stream(..) | Self::Iter(..) => false,
        }
    }

    /// The type that the first open thing is written as.
    pub(crate) fn innermost(&self) -> Option<&Type> {
        match self {
            Self::Option(_, inner) | Self::Result(_, inner) => inner.innermost(),
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
            inner.is_open().then(|| Shape::Option(whole(), Box::new(inner)))
        }
        ("Result", [inner, ..]) => {
            let inner = read(inner)?;
            inner.is_open().then(|| Shape::Result(whole(), Box::new(inner)))
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
    let Some((open, segment)) = opening_bound(bounds) else { return Ok(None) };
    for bound in bounds {
        if let Some(name) = bound_name(bound).filter(|name| *name == "Clone" || *name == "Copy") {
            return Err(message::cannot_forward(bound, &name.to_string(), open.noun()));
        }
    }
    let whole = ty.clone();
    Ok(Some(match open {
        Open::Future => {
            let output = associated(segment, "Output");
            let output = output.map_or_else(|| Ok(Shape::Value(infer())), |ty| read(&ty))?;
            Shape::Future(whole, boxing, Box::new(output))
        }
        Open::Stream => Shape::Stream(whole, boxing, associated(segment, "Item")),
        Open::Iter => Shape::Iter(whole, boxing, associated(segment, "Item")),
    }))
}

fn associated(segment: &PathSegment, name: &str) -> Option<Type> {
    let PathArguments::AngleBracketed(args) = &segment.arguments else { return None };
    args.args.iter().find_map(|arg| match arg {
        GenericArgument::AssocType(assoc) if assoc.ident == name => Some(assoc.ty.clone()),
        _ => None,
    })
}

fn infer() -> Type {
    Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: <Token![_]>::default() })
}

/// The user says what an alias hides. An alias is of a boxed type, as only those have names; `Option` and `Result`
/// are still seen through.
fn force(ty: &Type, open: Open) -> Shape {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && let [inner, ..] = types(last).as_slice()
    {
        if last.ident == "Option" {
            return Shape::Option(ty.clone(), Box::new(force(inner, open)));
        }
        if last.ident == "Result" {
            return Shape::Result(ty.clone(), Box::new(force(inner, open)));
        }
    }
    let boxing = match (ty, open) {
        (Type::ImplTrait(_), _) => Boxing::None,
        (_, Open::Iter) => Boxing::Box,
        _ => Boxing::Pin,
    };
    match open {
        Open::Future => Shape::Future(ty.clone(), boxing, Box::new(Shape::Value(infer()))),
        Open::Stream => Shape::Stream(ty.clone(), boxing, None),
        Open::Iter => Shape::Iter(ty.clone(), boxing, None),
    }
}
