//! The names that a parameter's pattern binds.

use syn::{Ident, Pat};

use crate::message;

/// Whether a name in a pattern is a unit struct or a constant: a capital first letter, in code that follows the naming
/// lints.
pub(crate) fn names_a_constant(ident: &Ident) -> bool {
    message::plain(ident).starts_with(char::is_uppercase)
}

/// The names a pattern binds, in order. Macros in pattern position keep theirs.
pub(crate) fn bound(pattern: &Pat, names: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(pat) => {
            if !names_a_constant(&pat.ident) {
                names.push(pat.ident.clone());
            }
            if let Some((_, inner)) = &pat.subpat {
                bound(inner, names);
            }
        }
        Pat::Or(pat) => pat.cases.first().into_iter().for_each(|pat| bound(pat, names)),
        Pat::Paren(pat) => bound(&pat.pat, names),
        Pat::Reference(pat) => bound(&pat.pat, names),
        Pat::Type(pat) => bound(&pat.pat, names),
        Pat::Slice(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| bound(pat, names)),
        Pat::Struct(pat) => pat.fields.iter().for_each(|field| bound(&field.pat, names)),
        _ => {}
    }
}
