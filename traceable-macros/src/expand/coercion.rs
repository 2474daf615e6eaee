//! The types that closures and values of ours are given, so that a body is held to its signature.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::impl_trait::erased;
use crate::hygiene::{Runtime, first_span, located, ours, respan};
use crate::return_type::{Boxing, Shape};

/// `-> T` for a closure whose value must be coerced to the user's boxed type.
pub(super) fn annotation(shape: &Shape) -> Option<TokenStream> {
    let ty = shape.ty().filter(|ty| shape.outlives_call() && !matches!(ty, Type::ImplTrait(_)))?;
    let ty = erased(ty);
    Some(ours!(-> #ty))
}

/// The type of a closure's `value`: said wherever the signature says it, so that a body such as `iter::empty()`
/// learns from it as it would from the plain function's return type.
pub(super) fn value_type(shape: &Shape) -> TokenStream {
    shape.ty().map_or_else(|| ours!(_), |ty| erased(ty).to_token_stream())
}

/// Output: `boxed(value)`, lying at an alias that is said to hide a box
pub(super) fn boxed_alias(p: &Runtime, boxing: Boxing, alias: &Type) -> TokenStream {
    match boxing {
        Boxing::None => ours!(__value),
        _ => {
            let at = first_span(&alias.to_token_stream());
            let value = respan(at, ours!(__value));
            respan(at, ours!(#p::boxed(#value)))
        }
    }
}

/// Output: `iter_of::<Item, _>(value)`, lying at an `impl Iterator<Item = Item>`: a body of other items is told there.
/// A boxed type needs no question, as the body is the place where it becomes one.
pub(super) fn typed_value(p: &Runtime, kind: &str, whole: &Type, item: &TokenStream) -> TokenStream {
    let Type::ImplTrait(opaque) = whole else { return ours!(__value) };
    let at = located(opaque.impl_token.span);
    let (of, value) = (Ident::new(&format!("{kind}_of"), at), Ident::new("__value", at));
    ours!(#p::#of::<#item, _>(#value))
}
