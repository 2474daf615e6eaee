//! Which advice the compiler gives if a type cannot be recorded, by how the type is written.
//!
//! The runtime has a trait for each advice. They all do the same, so a type that is only called alike is recorded as
//! ever.

use proc_macro2::{Ident, Span};
use syn::{Expr, Lit, PathArguments, Type};

use crate::return_type::is_task_handle;
use crate::signature::words;

const EXTRACTORS: &[&str] =
    &["ConnectInfo", "Extension", "Form", "Json", "OriginalUri", "Path", "Query", "State", "TypedHeader"];
const FUNCTIONS: &[&str] = &["AsyncFn", "AsyncFnMut", "AsyncFnOnce", "Fn", "FnMut", "FnOnce", "fn"];
/// the longest array that serde serialises
const MAX_ARRAY: usize = 32;

/// The trait that an argument goes through, if its type says more than its traits.
pub(super) fn argument(ty: &Type) -> Option<Ident> {
    let name = match ty {
        _ if is_run_tree(ty) => "RunTreeInput",
        _ if is_of_functions(ty) => "FunctionInput",
        _ if is_shared(ty) => "SharedInput",
        _ if is_long_array(ty) => "ArrayInput",
        Type::Path(_) if is_generic_and_named(ty, EXTRACTORS) => "ExtractorInput",
        _ if words(ty).iter().any(|word| word == "dyn") => "ObjectInput",
        _ => return None,
    };
    Some(Ident::new(name, Span::mixed_site()))
}

/// The trait that a result goes through, if its type says more than its traits.
pub(super) fn output(ty: &Type) -> Option<Ident> {
    let name = match ty {
        _ if is_of_functions(ty) => "FunctionOutput",
        _ if is_shared(ty) => "SharedOutput",
        _ if is_long_array(ty) => "ArrayOutput",
        _ if is_task_handle(ty) => "TaskOutput",
        _ if last_name(ty).is_some_and(|name| name.ends_with("Receiver")) => "ReceiverOutput",
        Type::Path(_) if is_generic_and_named(ty, EXTRACTORS) => "ResponseOutput",
        _ => return None,
    };
    Some(Ident::new(name, Span::mixed_site()))
}

fn is_shared(ty: &Type) -> bool {
    is_generic_and_named(ty, &["Arc", "Rc"])
}

/// `RunTree`, and what programs put around it.
fn is_run_tree(ty: &Type) -> bool {
    const AROUND: &[&str] =
        &["Arc", "Box", "Option", "Rc", "boxed", "core", "option", "rc", "std", "sync", "traceable"];
    let words = words(ty);
    let mut inside = words.iter().filter(|word| !AROUND.contains(&word.as_str()));
    inside.next().is_some_and(|word| word == "RunTree") && inside.next().is_none()
}

fn is_of_functions(ty: &Type) -> bool {
    words(ty).iter().any(|word| FUNCTIONS.contains(&word.as_str()))
}

fn is_long_array(ty: &Type) -> bool {
    let Type::Array(array) = ty else { return false };
    match &array.len {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(length) => length.base10_parse::<usize>().is_ok_and(|length| length > MAX_ARRAY),
            _ => false,
        },
        _ => true,
    }
}

fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn is_generic_and_named(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        matches!(last.arguments, PathArguments::AngleBracketed(_))
            && names.iter().any(|name| last.ident == name)
    })
}
