//! Refuses to record a lock: that would wait for it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use crate::hygiene::{Runtime, deref_at, first_span, located, ours, reference_to};

/// The locks of the standard library and of others.
const LOCKS: &[&str] = &["FairMutex", "Mutex", "ReentrantLock", "ReentrantMutex", "RwLock"];

/// What leads to nothing but the types in its brackets.
const WRAPPERS: &[&str] = &["Arc", "BTreeMap", "Box", "HashMap", "Option", "Rc", "Result", "Vec", "VecDeque"];

/// What is never one.
const VALUES: &[&str] = &[
    "String", "Value", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str",
    "u128", "u16", "u32", "u64", "u8", "usize",
];

/// Records a value, unless it is a lock. `value` is a reference.
///
/// Input: `value` of type `Arc<Mutex<u8>>`   Output: `Lock::of(value).never_waits_for_a_lock();`, at `Mutex`, and `instead`
///
/// Input: `value` of type `Shared`   Output: `if false { AsksLock::of(value)[Asked].never_waits_for_a_lock(); }`, at
/// `Shared`, and `record`. The compiler knows what is behind the name.
///
/// A type that is no lock for certain leaves `record` alone.
pub(crate) fn unless_lock(
    p: &Runtime,
    value: &impl ToTokens,
    ty: &Type,
    record: TokenStream,
    instead: TokenStream,
) -> (TokenStream, TokenStream) {
    match suspect(ty) {
        Suspect::None => (TokenStream::new(), record),
        Suspect::Named(at) => {
            let ask = question(at);
            (ours!(#p::Lock::of(#value).#ask();), instead)
        }
        Suspect::Unknown(at) => (ask(p, value, at), record),
    }
}

/// As [`unless_lock`], with both in one expression.
pub(crate) fn recorded_unless_lock(
    p: &Runtime,
    value: &impl ToTokens,
    ty: &Type,
    record: TokenStream,
) -> TokenStream {
    let (refusal, record) = unless_lock(p, value, ty, record, TokenStream::new());
    if refusal.is_empty() { record } else { ours!({ #refusal #record }) }
}

/// As [`unless_lock`], for one name of a pattern: its own type is not written.
pub(crate) fn ask_in_pattern(p: &Runtime, value: &impl ToTokens, at: Span, whole: &Type) -> TokenStream {
    if matches!(suspect(whole), Suspect::None) { TokenStream::new() } else { ask(p, value, at) }
}

/// Records what an option's expression gives. A `match` keeps what the expression borrows from.
///
/// Output: `match &(expr) { field => { if false { .. } RECORD } }`, with `&*field` at `expr`
pub(crate) fn expression_unless_lock(
    p: &Runtime,
    expr: &syn::Expr,
    record: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let tokens = expr.to_token_stream();
    let field = Ident::new("__traceable_field", Span::mixed_site());
    let (value, ask) = (reference_to(expr), ask(p, &field, first_span(&tokens)));
    let record = record(deref_at(&field, tokens));
    ours!(match #value { #field => { #ask #record } })
}

/// Refuses a value of whatever type, if it is a lock. `value` is a reference.
fn ask(p: &Runtime, value: &impl ToTokens, at: Span) -> TokenStream {
    let ask = question(at);
    // only the answer's type is of interest, so nothing is compiled for it
    ours!(if false { #p::AsksLock::of(#value)[#p::Asked].#ask(); })
}

fn question(at: Span) -> Ident {
    Ident::new("never_waits_for_a_lock", located(at))
}

/// Whether a type is a lock, and which token says so.
enum Suspect {
    None,
    /// Only the compiler can tell.
    Unknown(Span),
    Named(Span),
}

impl Suspect {
    fn or(self, other: Suspect) -> Suspect {
        match (&self, &other) {
            (Suspect::Named(_), _) => self,
            (_, Suspect::Named(_)) | (Suspect::None, _) => other,
            _ => self,
        }
    }

    fn any<'a>(types: impl IntoIterator<Item = &'a Type>) -> Suspect {
        types.into_iter().map(suspect).fold(Suspect::None, Suspect::or)
    }
}

fn suspect(ty: &Type) -> Suspect {
    match ty {
        Type::Reference(reference) => suspect(&reference.elem),
        Type::Group(group) => suspect(&group.elem),
        Type::Paren(paren) => suspect(&paren.elem),
        Type::Slice(slice) => suspect(&slice.elem),
        Type::Array(array) => suspect(&array.elem),
        Type::Tuple(tuple) => Suspect::any(&tuple.elems),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Suspect::None };
            let is_one_of = |names: &[&str]| names.iter().any(|name| last.ident == name);
            match &last.arguments {
                PathArguments::AngleBracketed(_) if is_one_of(LOCKS) => Suspect::Named(last.ident.span()),
                PathArguments::AngleBracketed(arguments) if is_one_of(WRAPPERS) => {
                    Suspect::any(arguments.args.iter().filter_map(|argument| match argument {
                        GenericArgument::Type(ty) => Some(ty),
                        _ => None,
                    }))
                }
                PathArguments::None if is_one_of(VALUES) => Suspect::None,
                _ => Suspect::Unknown(last.ident.span()),
            }
        }
        _ => Suspect::None,
    }
}
