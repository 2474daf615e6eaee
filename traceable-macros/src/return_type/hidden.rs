//! `impl Trait` where the trait may be a future, a stream or an iterator by another name.

use syn::{Type, TypeParamBound};

use super::bounds::{bound_name, types};

/// Traits that say nothing of the kind. All others may have one above them: `trait Numbers: Iterator<Item = u8> {}`.
const NOT_LAZY: &[&str] = &[
    "Any",
    "AsRef",
    "Borrow",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deref",
    "Display",
    "Eq",
    "Error",
    "From",
    "Hash",
    "Into",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "RefUnwindSafe",
    "Send",
    "Serialize",
    "Sized",
    "Sync",
    "ToOwned",
    "ToString",
    "Unpin",
    "UnwindSafe",
];

/// Where the value of an `impl Trait` is that may be lazy.
pub(crate) enum Hidden {
    Here,
    InOption,
}

/// Whether a value's type is an `impl Trait` that may be a future, a stream or an iterator by another name. Such a type can
/// serialise all the same, as a range does: then it would be recorded as if it were finished.
pub(crate) fn may_be_lazy(ty: &Type) -> Option<Hidden> {
    match ty {
        Type::Group(group) => may_be_lazy(&group.elem),
        Type::Paren(paren) => may_be_lazy(&paren.elem),
        Type::ImplTrait(opaque) => opaque
            .bounds
            .iter()
            .filter(|bound| matches!(bound, TypeParamBound::Trait(_)))
            .filter_map(bound_name)
            .any(|name| !NOT_LAZY.iter().any(|known| name == known))
            .then_some(Hidden::Here),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match (last.ident.to_string().as_str(), types(last).as_slice()) {
                ("Option", [inner]) => may_be_lazy(inner).map(|_| Hidden::InOption),
                ("Box", [inner]) => may_be_lazy(inner),
                _ => None,
            }
        }
        _ => None,
    }
}
