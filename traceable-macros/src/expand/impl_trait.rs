//! `impl Trait` in return types: no type inside the body, and captured as in edition 2024.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Token, Type, TypeParamBound};

use crate::check::Plan;
use crate::hygiene::impl_token;

/// The return type with every `impl Trait` as `_`.
pub(super) fn erased_output(plan: &Plan) -> TokenStream {
    match &plan.function.signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => erased(ty).to_token_stream(),
    }
}

/// Input: `Result<impl Stream<Item = X>, E>`   Output: `Result<_, E>`
pub(super) fn erased(ty: &Type) -> Type {
    replaced(ty, &|_| {
        Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: <Token![_]>::default() })
    })
}

/// The type with every `impl` capturing as in an `async fn`: all lifetimes, in every edition.
pub(super) fn recaptured(ty: &Type) -> Type {
    replaced(ty, &|opaque| {
        let mut opaque = opaque.clone();
        opaque.impl_token = impl_token(opaque.impl_token.span);
        Type::ImplTrait(opaque)
    })
}

/// The type with every `impl Trait` replaced.
pub(super) fn replaced(ty: &Type, with: &dyn Fn(&syn::TypeImplTrait) -> Type) -> Type {
    let mut ty = ty.clone();
    replace(&mut ty, with);
    ty
}

fn replace(ty: &mut Type, with: &dyn Fn(&syn::TypeImplTrait) -> Type) {
    match ty {
        Type::ImplTrait(opaque) => *ty = with(opaque),
        Type::Paren(inner) => replace(&mut inner.elem, with),
        Type::Group(inner) => replace(&mut inner.elem, with),
        Type::Reference(inner) => replace(&mut inner.elem, with),
        Type::Array(inner) => replace(&mut inner.elem, with),
        Type::Slice(inner) => replace(&mut inner.elem, with),
        Type::Ptr(inner) => replace(&mut inner.elem, with),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| replace(ty, with)),
        Type::Path(path) => replace_in_path(&mut path.path, with),
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    replace_in_path(&mut bound.path, with);
                }
            }
        }
        _ => {}
    }
}

fn replace_in_path(path: &mut Path, with: &dyn Fn(&syn::TypeImplTrait) -> Type) {
    for segment in &mut path.segments {
        match &mut segment.arguments {
            PathArguments::AngleBracketed(args) => {
                for arg in &mut args.args {
                    match arg {
                        GenericArgument::Type(ty) => replace(ty, with),
                        GenericArgument::AssocType(assoc) => replace(&mut assoc.ty, with),
                        _ => {}
                    }
                }
            }
            PathArguments::Parenthesized(args) => {
                if let ReturnType::Type(_, ty) = &mut args.output {
                    replace(ty, with);
                }
            }
            PathArguments::None => {}
        }
    }
}
