//! Patterns of structs, which may be packed: their fields cannot be borrowed.
//!
//! A pattern that takes the whole struct apart moves its fields into locals of ours, which are recorded and then moved into
//! the user's names. One that leaves something behind (`Point { x, .. }`) copies the fields out of a `Copy` struct, and
//! borrows them from any other: what it leaves must live as long as the parameter.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Member, Pat};

use crate::check::mentions;
use crate::hygiene::{Runtime, ours};
use crate::options::Options;
use crate::signature::{Argument, Binding};

/// How the fields of an argument are read to be recorded.
pub(super) enum Reading {
    /// from the locals that they were moved to
    Parts,
    /// each by value or by reference
    Copied,
    /// each by reference
    Borrowed,
}

/// Whether `inputs(..)` uses a name.
pub(super) fn is_mentioned(options: &Options, binding: &Binding) -> bool {
    options.input_expressions().any(|expr| mentions(quote!(#expr), &binding.ident))
}

impl Argument {
    /// Whether the argument is taken apart before it is recorded.
    pub(super) fn is_taken_apart(&self) -> bool {
        !self.is_left_out() && has_struct(&self.pattern) && self.takes_all(&self.pattern, false)
    }

    /// How its fields are read. Option expressions see references, so what they use is borrowed.
    pub(super) fn reading(&self, options: &Options) -> Reading {
        if self.is_taken_apart() {
            Reading::Parts
        } else if has_struct(&self.pattern)
            && !self.bindings.iter().any(|binding| is_mentioned(options, binding))
        {
            Reading::Copied
        } else {
            Reading::Borrowed
        }
    }

    /// Output: `let x = &part0;`, for the names that option expressions use
    pub(super) fn parts_by_name(&self, wanted: impl Fn(&Binding) -> bool) -> TokenStream {
        let wanted = self.bindings.iter().filter(|binding| wanted(binding));
        let bound = wanted.map(|binding| {
            let (ident, part, cfgs) = (&binding.ident, self.part(&binding.ident), self.cfgs());
            quote!(#(#cfgs)* let #ident = &#part;)
        });
        quote!(#(#bound)*)
    }

    /// Input: `Point { x, mut y }: Point`
    ///
    /// Output: `let slot = slot; let Point { x: part0, y: mut part1 } = slot;`
    pub(super) fn taken_apart(&self) -> TokenStream {
        if !self.is_taken_apart() {
            return TokenStream::new();
        }
        let (slot, parts, cfgs) = (self.parameter_ident(), self.in_parts(&self.pattern), self.cfgs());
        let cfgs: Vec<_> = cfgs.collect();
        quote!(#(#cfgs)* let #slot = #slot; #(#cfgs)* let #parts = #slot;)
    }

    /// The local that holds what a name binds.
    pub(super) fn part(&self, ident: &Ident) -> Ident {
        let number = self.bindings.iter().position(|binding| binding.ident == *ident).unwrap_or_default();
        let name = format!("__traceable_part{}_{number}", self.position);
        Ident::new(&name, Span::mixed_site().located_at(ident.span()))
    }

    /// The bindings that are moved out of parts, each with its `mut`.
    pub(super) fn parts(&self) -> Vec<(&Binding, Option<syn::Token![mut]>)> {
        let mut mutable = Vec::new();
        find_mutable(&self.pattern, &mut mutable);
        let is_mutable =
            |ident: &Ident| mutable.iter().find(|(name, _)| name == ident).map(|(_, token)| *token);
        self.bindings.iter().map(|binding| (binding, is_mutable(&binding.ident))).collect()
    }

    /// Whether nothing is left of the parameter. Behind a reference that does not matter: what is left is not the
    /// parameter's.
    fn takes_all(&self, pattern: &Pat, is_behind_reference: bool) -> bool {
        let takes_all = |pat: &Pat| self.takes_all(pat, is_behind_reference);
        match pattern {
            Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none() && self.binds(&pat.ident),
            Pat::Wild(_) | Pat::Rest(_) => is_behind_reference,
            Pat::Paren(pat) => takes_all(&pat.pat),
            Pat::Reference(pat) => self.takes_all(&pat.pat, true),
            Pat::Tuple(pat) => pat.elems.iter().all(takes_all),
            Pat::Slice(pat) => pat.elems.iter().all(takes_all),
            Pat::TupleStruct(pat) => pat.elems.iter().all(takes_all),
            Pat::Struct(pat) => {
                (pat.rest.is_none() || is_behind_reference)
                    && pat.fields.iter().all(|field| field.attrs.is_empty() && takes_all(&field.pat))
            }
            _ => false,
        }
    }

    /// The pattern with our names; only for one that takes all.
    fn in_parts(&self, pattern: &Pat) -> TokenStream {
        match pattern {
            Pat::Ident(pat) => {
                // it decides about what is bound through a reference
                let (mutability, part) = (&pat.mutability, self.part(&pat.ident));
                quote!(#mutability #part)
            }
            Pat::Paren(pat) => self.in_parts(&pat.pat),
            Pat::Reference(pat) => {
                let (and, mutability, inner) = (&pat.and_token, &pat.mutability, self.in_parts(&pat.pat));
                quote!(#and #mutability (#inner))
            }
            Pat::Tuple(pat) => {
                let elems = pat.elems.iter().map(|pat| self.in_parts(pat));
                in_brackets(Delimiter::Parenthesis, &pat.paren_token.span, quote!(#(#elems,)*))
            }
            Pat::Slice(pat) => {
                let elems = pat.elems.iter().map(|pat| self.in_parts(pat));
                in_brackets(Delimiter::Bracket, &pat.bracket_token.span, quote!(#(#elems),*))
            }
            Pat::TupleStruct(pat) => {
                let (path, elems) = (&pat.path, pat.elems.iter().map(|pat| self.in_parts(pat)));
                let elems = in_brackets(Delimiter::Parenthesis, &pat.paren_token.span, quote!(#(#elems),*));
                quote!(#path #elems)
            }
            Pat::Struct(pat) => {
                let fields = pat.fields.iter().map(|field| {
                    let (member, inner): (&Member, _) = (&field.member, self.in_parts(&field.pat));
                    quote!(#member: #inner)
                });
                let (path, rest) = (&pat.path, &pat.rest);
                let fields = in_brackets(Delimiter::Brace, &pat.brace_token.span, quote!(#(#fields,)* #rest));
                quote!(#path #fields)
            }
            other => other.to_token_stream(),
        }
    }
}

/// In the user's brackets: the compiler tells of a pattern that does not always match where it is written.
fn in_brackets(delimiter: Delimiter, span: &DelimSpan, inner: TokenStream) -> TokenStream {
    let mut group = Group::new(delimiter, inner);
    group.set_span(span.join());
    group.into_token_stream()
}

/// Output: `Place::of(&slot)[Asked]`, the struct itself if it is `Copy`, and a reference to it otherwise
pub(super) fn place(p: &Runtime, slot: &Ident) -> TokenStream {
    ours!(#p::Place::of(&#slot)[#p::Asked])
}

fn has_struct(pattern: &Pat) -> bool {
    match pattern {
        Pat::Struct(_) | Pat::TupleStruct(_) => true,
        Pat::Ident(pat) => pat.subpat.as_ref().is_some_and(|(_, inner)| has_struct(inner)),
        Pat::Paren(pat) => has_struct(&pat.pat),
        Pat::Reference(pat) => has_struct(&pat.pat),
        Pat::Tuple(pat) => pat.elems.iter().any(has_struct),
        Pat::Slice(pat) => pat.elems.iter().any(has_struct),
        Pat::Or(pat) => pat.cases.iter().any(has_struct),
        _ => false,
    }
}

fn find_mutable(pattern: &Pat, found: &mut Vec<(Ident, syn::Token![mut])>) {
    match pattern {
        Pat::Ident(pat) => found.extend(pat.mutability.map(|token| (pat.ident.clone(), token))),
        Pat::Paren(pat) => find_mutable(&pat.pat, found),
        Pat::Reference(pat) => find_mutable(&pat.pat, found),
        Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| find_mutable(pat, found)),
        Pat::Slice(pat) => pat.elems.iter().for_each(|pat| find_mutable(pat, found)),
        Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| find_mutable(pat, found)),
        Pat::Struct(pat) => pat.fields.iter().for_each(|field| find_mutable(&field.pat, found)),
        _ => {}
    }
}
