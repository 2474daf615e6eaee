//! Types for our closures and values, so that the compiler checks a body against its signature.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::impl_trait::erased;
use crate::hygiene::{Runtime, first_span, located, ours, respan};
use crate::return_type::{Boxing, Kind, Shape};

/// `-> T` for a closure whose value must be coerced to the user's boxed type.
pub(super) fn annotation(shape: &Shape) -> Option<TokenStream> {
    let ty = shape.ty().filter(|ty| shape.outlives_call() && !matches!(ty, Type::ImplTrait(_)))?;
    let ty = erased(ty);
    Some(ours!(-> #ty))
}

/// The type of a closure's `value`, if the signature names it. A body such as `iter::empty()` infers from it as from
/// the plain function's return type.
pub(super) fn value_type(shape: &Shape) -> TokenStream {
    shape.ty().map_or_else(|| ours!(_), |ty| erased(ty).to_token_stream())
}

/// Output: `boxed(value)`, at an alias that the user says hides a box
pub(super) fn boxed_alias(p: &Runtime, boxing: Boxing, alias: &Type) -> TokenStream {
    match boxing {
        Boxing::None => ours!(__traceable_value),
        _ => {
            let at = first_span(&alias.to_token_stream());
            let value = respan(at, ours!(__traceable_value));
            respan(at, ours!(#p::boxed(#value)))
        }
    }
}

/// Output: `iter_of::<Item, _>(AsksIterator::of(&value)[Asked].body_iterator(value))`, at an `impl Iterator<Item = Item>`:
/// the compiler reports a body that is no iterator, or of other items, there. A boxed type needs none, as the body itself
/// coerces to it.
pub(super) fn typed_value(p: &Runtime, kind: Kind, whole: &Type, item: &TokenStream) -> TokenStream {
    let Type::ImplTrait(opaque) = whole else { return ours!(__traceable_value) };
    let (asks, method, of) = match kind {
        Kind::Future => ("AsksFuture", "body_future", "future_of"),
        Kind::Stream => ("AsksStream", "body_stream", "stream_of"),
        Kind::Iter => ("AsksIterator", "body_iterator", "iter_of"),
    };
    let at = located(opaque.impl_token.span);
    let [asks, of] = [asks, of].map(|name| Ident::new(name, Span::mixed_site()));
    let [method, value] = [method, "__traceable_value"].map(|name| Ident::new(name, at));
    ours!({
        let __traceable_value = #p::#asks::of(&#value)[#p::Asked].#method(#value);
        #p::#of::<#item, _>(#value)
    })
}
