//! A warning where a result that is not recorded turns out to be a future, a stream or an iterator.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::hygiene::{Runtime, located, ours};
use crate::check::Plan;

/// Types that are values by their names, also those that happen to be iterators or streams. Others are asked.
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

/// Output: `Lazy(output).future(); Lazy(output).stream(); Lazy(output).iterator();`, lying over the return type
pub(super) fn asked(plan: &Plan, p: &Runtime, ty: &Type) -> TokenStream {
    let is_value = match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| VALUES.iter().any(|value| last.ident == value))
        }
        Type::ImplTrait(_) | Type::Infer(_) => false,
        // tuples, references, arrays and the like are never these themselves
        _ => true,
    };
    // who takes the run in hand may keep it open (`keep_open`) for just such a value
    if is_value || plan.run_tree.is_some() {
        return TokenStream::new();
    }
    let at =
        ty.to_token_stream().into_iter().last().map_or_else(Span::mixed_site, |token| located(token.span()));
    let questions = ["future", "stream", "iterator"].map(|question| {
        let question = Ident::new(question, at);
        ours!(#p::Lazy(__output).#question();)
    });
    ours!(use #p::NotLazy as _; #(#questions)*)
}
