//! Arguments that are functions: `f: impl Fn()`, `f: F` where `F: Fn()`. There is nothing to record.
//!
//! The compiler would say so too, but propose a bound that no closure can have.

use quote::ToTokens;
use syn::{Generics, Ident, Type, WherePredicate};

use crate::message::{self, Mistakes};
use crate::options::Options;
use crate::signature::{Argument, Mode, words};

const FUNCTIONS: &[&str] = &["AsyncFn", "AsyncFnMut", "AsyncFnOnce", "Fn", "FnMut", "FnOnce"];
/// what a user may promise of a function that is more than one
const RECORDABLE: &[&str] = &["Input", "Serialize"];

/// Reports arguments that would be recorded and are functions by their bounds.
pub(super) fn refuse_functions(
    options: &Options,
    generics: &Generics,
    arguments: &[Argument],
    mistakes: &mut Mistakes,
) {
    let overridden = |name: &Ident| {
        let mut fields = options.inputs.iter().flat_map(|given| &given.value);
        fields.any(|field| field.key == message::plain(name))
    };
    for argument in arguments {
        let recorded = argument.bindings.iter().any(|binding| binding.mode == Mode::Value);
        if let Some(name) = argument.plain_name().filter(|name| recorded && !overridden(name))
            && is_function(&argument.ty, generics)
        {
            mistakes.push(message::function_argument(&argument.ty, name));
        }
    }
}

fn is_function(ty: &Type, generics: &Generics) -> bool {
    match ty {
        Type::Reference(reference) => is_function(&reference.elem, generics),
        Type::Paren(paren) => is_function(&paren.elem, generics),
        Type::ImplTrait(opaque) => bounds_say_so(&opaque.bounds),
        Type::Path(path) => path
            .path
            .get_ident()
            .is_some_and(|name| all_bounds(name, generics).is_some_and(|all| bounds_say_so(&all))),
        _ => false,
    }
}

/// The bounds of a type parameter, where it is declared and in `where`.
fn all_bounds(name: &Ident, generics: &Generics) -> Option<proc_macro2::TokenStream> {
    let declared = generics.type_params().find(|param| param.ident == *name)?;
    let mut all = declared.bounds.to_token_stream();
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && matches!(&predicate.bounded_ty, Type::Path(path) if path.path.is_ident(name))
        {
            predicate.bounds.to_tokens(&mut all);
        }
    }
    Some(all)
}

fn bounds_say_so(bounds: &impl ToTokens) -> bool {
    let words = words(bounds);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    has(FUNCTIONS) && !has(RECORDABLE)
}
