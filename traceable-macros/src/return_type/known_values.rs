//! Types that are values by their names.

use syn::Type;

/// Also those that happen to be iterators or streams. The compiler decides about the others, by their traits.
const VALUES: &[&str] = &[
    "Arc",
    "FuturesOrdered",
    "FuturesUnordered",
    "HashMap",
    "HashSet",
    "Range",
    "RangeFrom",
    "RangeInclusive",
    "Rc",
    "Self",
    "String",
    "Vec",
    "bool",
    "char",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "str",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// Whether a type is a value by its name or its shape.
pub(crate) fn is_value(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| VALUES.iter().any(|value| last.ident == value))
        }
        Type::ImplTrait(_) | Type::Infer(_) => false,
        Type::Group(group) => is_value(&group.elem),
        Type::Paren(paren) => is_value(&paren.elem),
        // tuples, references, arrays and the like are never lazy themselves
        _ => true,
    }
}

/// Whether a type is called like the handle of a task or thread, which runs whether anybody waits for it or not.
pub(crate) fn is_task_handle(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|last| last.ident == "JoinHandle" || last.ident == "ScopedJoinHandle")
}
