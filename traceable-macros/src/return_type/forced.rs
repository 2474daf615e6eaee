//! The options `future`, `stream` and `iter`: the user says what an alias hides.

use syn::Type;

use super::bounds::types;
use super::kind::Kind;
use super::shape::{Boxing, Shape, infer};

/// Only boxed types have names, so an alias is of one. `Option` and `Result` count as before.
pub(super) fn force(ty: &Type, kind: Kind) -> Shape {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && let [inner, ..] = types(last).as_slice()
    {
        if last.ident == "Option" {
            return Shape::Option(ty.clone(), Box::new(force(inner, kind)));
        }
        if last.ident == "Result" {
            return Shape::Result(ty.clone(), Box::new(force(inner, kind)));
        }
    }
    let boxing = match (ty, kind) {
        (Type::ImplTrait(_), _) => Boxing::None,
        (_, Kind::Iter) => Boxing::Box,
        _ => Boxing::Pin,
    };
    match kind {
        Kind::Future => Shape::Future(ty.clone(), boxing, Box::new(Shape::Value(infer()))),
        Kind::Stream => Shape::Stream(ty.clone(), boxing, None),
        Kind::Iter => Shape::Iter(ty.clone(), boxing, None),
    }
}
