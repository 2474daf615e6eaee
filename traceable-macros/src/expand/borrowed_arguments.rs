//! Names what the future of an `async fn` borrows: `impl Future<Output = R> + Borrows<&'text ()>`.
//!
//! The future of an `async fn` borrows its arguments, and everybody knows. Of a function that returns `impl Future` the
//! compiler believes that nobody does: where such an argument does not live long enough, it speaks of edition 2024 and
//! proposes `+ use<>`, at places where that is no Rust. It does not if the bounds of the `impl` name the lifetime. So
//! lifetimes that the user left out get names, and a bound that every type meets mentions them all.
//!
//! This is for messages alone: what is captured is decided by the token `impl`, see `hygiene::impl_token`.

use proc_macro2::{Span, TokenStream};
use syn::{
    GenericArgument, GenericParam, Generics, Ident, Lifetime, LifetimeParam, PathArguments, ReceiverKind,
    ReturnType, Type, TypeParamBound,
};

use crate::check::Plan;
use crate::hygiene::ours;

/// The arguments of an `async fn` with names for the lifetimes that the user left out.
#[derive(Default)]
pub(super) struct Borrowed {
    named: Vec<Lifetime>,
    /// of each argument, if names were added
    types: Vec<Option<Type>>,
    mentioned: Vec<TokenStream>,
}

impl Borrowed {
    pub(super) fn of(plan: &Plan) -> Self {
        let signature = &plan.function.signature;
        let receiver = plan.receiver.as_ref().is_some_and(|receiver| {
            matches!(&receiver.kind, ReceiverKind::Reference(_, lifetime, ..) if lifetime.is_none())
        });
        let mut borrowed = Self::default();
        if receiver {
            borrowed.mentioned.push(ours!(&'_ Self));
        } else if plan.receiver.is_some() {
            // its type may have lifetimes
            borrowed.mentioned.push(ours!(*const Self));
        } else if matches!(&signature.output, ReturnType::Type(_, ty) if leaves_out_a_lifetime(ty)) {
            // there is one lifetime, and the output names it
            return borrowed;
        }
        for lifetime in signature.generics.lifetimes() {
            let lifetime = &lifetime.lifetime;
            borrowed.mentioned.push(ours!(&#lifetime ()));
        }
        for argument in &plan.arguments {
            let (mut ty, before) = (argument.ty.clone(), borrowed.named.len());
            if argument.cfgs().next().is_none() {
                let stem = stem(argument.plain_name(), argument.position);
                let named = &mut borrowed.named;
                walk(&mut ty, &mut |at| {
                    let name = unused(&stem, named.len() - before, named);
                    let lifetime = Lifetime::new(&format!("'{name}"), Span::mixed_site().located_at(at));
                    named.push(lifetime.clone());
                    Some(lifetime)
                });
            }
            borrowed.types.push((borrowed.named.len() > before).then_some(ty));
        }
        borrowed.mentioned.extend(borrowed.named.iter().map(|lifetime| ours!(&#lifetime ())));
        borrowed
    }

    /// The type of an argument, if it differs from what the user wrote.
    pub(super) fn ty(&self, argument: usize) -> Option<&Type> {
        self.types.get(argument)?.as_ref()
    }

    pub(super) fn generics(&self, written: &Generics) -> Generics {
        let mut generics = written.clone();
        for lifetime in self.named.iter().rev() {
            generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
        }
        generics
    }

    /// Output: `(&'a (), &'b ())`
    pub(super) fn what(&self) -> Option<TokenStream> {
        match self.mentioned.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            all => Some(ours!((#(#all),*))),
        }
    }
}

/// Lifetimes are called like their arguments: messages show them. Keywords cannot be lifetimes.
fn stem(name: Option<&Ident>, position: usize) -> String {
    let text = name.map(ToString::to_string).unwrap_or_default().to_lowercase();
    let is_keyword = text == "gen" || syn::parse_str::<Ident>(&text).is_err();
    if is_keyword || text.starts_with("r#") { format!("argument{position}_") } else { text }
}

/// Output: `text` for the first lifetime of an argument, then `text1`, without those that others have: of `A` and `a`,
/// or `a` and `a1`
fn unused(stem: &str, number: usize, named: &[Lifetime]) -> String {
    let first = (number == 0).then(|| stem.to_owned());
    let more = (number.max(1)..).map(|number| format!("{stem}{number}"));
    let is_unused = |name: &String| named.iter().all(|other| other.ident != *name);
    first.into_iter().chain(more).find(is_unused).unwrap_or_default()
}

fn leaves_out_a_lifetime(ty: &Type) -> bool {
    let mut found = false;
    walk(&mut ty.clone(), &mut |_| {
        found = true;
        None
    });
    found
}

/// Shows each place where a lifetime is left out, `&` or `'_`, to `name`, which may fill it in. Not those of `Fn(&T)`
/// and `fn(&T)`, which are the function's.
fn walk(ty: &mut Type, name: &mut dyn FnMut(Span) -> Option<Lifetime>) {
    match ty {
        Type::Reference(reference) => {
            if reference.lifetime.as_ref().is_none_or(is_left_out)
                && let Some(lifetime) = name(reference.and_token.span)
            {
                reference.lifetime = Some(lifetime);
            }
            walk(&mut reference.elem, name);
        }
        Type::Array(array) => walk(&mut array.elem, name),
        Type::Group(group) => walk(&mut group.elem, name),
        Type::Paren(paren) => walk(&mut paren.elem, name),
        Type::Ptr(pointer) => walk(&mut pointer.elem, name),
        Type::Slice(slice) => walk(&mut slice.elem, name),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| walk(ty, name)),
        Type::Path(path) if path.qself.is_none() => walk_path(&mut path.path, name),
        // an `async fn` may leave lifetimes out in an `impl` argument, a plain function may not
        Type::ImplTrait(opaque) => opaque.bounds.iter_mut().for_each(|bound| walk_bound(bound, name)),
        Type::TraitObject(object) => object.bounds.iter_mut().for_each(|bound| walk_bound(bound, name)),
        _ => {}
    }
}

fn walk_bound(bound: &mut TypeParamBound, name: &mut dyn FnMut(Span) -> Option<Lifetime>) {
    match bound {
        TypeParamBound::Trait(bound) => walk_path(&mut bound.path, name),
        TypeParamBound::Lifetime(lifetime) => walk_lifetime(lifetime, name),
        _ => {}
    }
}

fn walk_path(path: &mut syn::Path, name: &mut dyn FnMut(Span) -> Option<Lifetime>) {
    for segment in &mut path.segments {
        let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
        for argument in &mut arguments.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => walk_lifetime(lifetime, name),
                GenericArgument::Type(ty) => walk(ty, name),
                GenericArgument::AssocType(assoc) => walk(&mut assoc.ty, name),
                _ => {}
            }
        }
    }
}

fn walk_lifetime(lifetime: &mut Lifetime, name: &mut dyn FnMut(Span) -> Option<Lifetime>) {
    if is_left_out(lifetime)
        && let Some(named) = name(lifetime.span())
    {
        *lifetime = named;
    }
}

fn is_left_out(lifetime: &Lifetime) -> bool {
    lifetime.ident == "_"
}
