//! Whether a value is a `Result`: decided by its type, not by how the type is written. A type alias counts.

use proc_macro2::TokenStream;
use syn::{GenericArgument, PathArguments, Type};

use crate::hygiene::{Runtime, ours};

/// Output: `match Out::of(value)[Asked].split(value) { Ok(name) => output, Err(error) => fail }`
///
/// The runtime has one answer for `Result`s and one for all else; the compiler chooses by the type.
pub(super) fn split(
    p: &Runtime,
    name: &TokenStream,
    output: &TokenStream,
    fail: &TokenStream,
) -> TokenStream {
    ours!(match #p::Out::of(__traceable_value)[#p::Asked].split(__traceable_value) {
        #p::core::result::Result::Ok(#name) => #output,
        #p::core::result::Result::Err(__traceable_error) => #fail,
    })
}

/// `T` and `E` of a type written as `Result<T, E>`: places for errors to point at.
pub(super) fn result_parts(ty: &Type) -> (Option<&Type>, Option<&Type>) {
    let Type::Path(path) = ty else { return (None, None) };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result") else {
        return (None, None);
    };
    let PathArguments::AngleBracketed(args) = &last.arguments else { return (None, None) };
    let mut types = args.args.iter().filter_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    (types.next(), types.next())
}
