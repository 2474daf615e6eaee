//! What of the arguments is recorded, and how they get into the body.
//!
//! The body must find its arguments as in the plain function: under the same names, dropped in the same order,
//! unused ones still reported by the compiler. So recording reads them first, by reference, and then each is moved
//! in by a `let` made of the user's own tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Pat, Type};

use crate::message;

/// How one binding is recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// by `serde::Serialize`
    Value,
    Debug,
    Display,
    Attachment,
    /// not at all
    Skip,
}

/// A name the function's parameters bind.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    pub(crate) mode: Mode,
    /// an option expression uses it, so it must be in reach there
    pub(crate) mentioned: bool,
}

/// One parameter that callers pass.
pub(crate) struct Argument {
    /// `cfg` and lint attributes, as on the parameter
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    pub(crate) bindings: Vec<Binding>,
    /// there are option expressions, which must find the argument (or, misspelt, be told of it)
    pub(crate) exposed: bool,
    position: usize,
}

impl Argument {
    pub(crate) fn new(attributes: Vec<Attribute>, pattern: Pat, ty: Type, position: usize) -> Self {
        let mut idents = Vec::new();
        bound(&pattern, &mut idents);
        let bindings = idents
            .into_iter()
            .map(|ident| {
                let mode = if ident.to_string().starts_with('_') { Mode::Skip } else { Mode::Value };
                Binding { ident, mode, mentioned: false }
            })
            .collect();
        Self { attributes, pattern, ty, bindings, exposed: false, position }
    }

    /// `a` or `mut a`, and nothing more.
    pub(crate) fn plain_name(&self) -> Option<&Ident> {
        match &self.pattern {
            Pat::Ident(pat)
                if pat.by_ref.is_none() && pat.subpat.is_none() && !names_a_constant(&pat.ident) =>
            {
                Some(&pat.ident)
            }
            _ => None,
        }
    }

    fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| is_cfg(attribute))
    }

    /// The name of the parameter in the signature we print. It looks like the user's, for documentation, but is a
    /// name of ours, so that no lint sees a name shadow itself (or a `_name` be used). Only where option expressions
    /// may use the name is it the user's.
    fn slot(&self) -> Ident {
        match self.plain_name() {
            Some(ident) if self.is_reachable(ident) => ident.clone(),
            Some(ident) => {
                let mut hidden = ident.clone();
                hidden.set_span(Span::mixed_site().located_at(ident.span()));
                hidden
            }
            None => Ident::new(
                &format!("__arg{}", self.position),
                Span::mixed_site().located_at(self.pattern.span()),
            ),
        }
    }

    fn is_reachable(&self, ident: &Ident) -> bool {
        let mentioned = self.bindings.iter().any(|binding| binding.mentioned);
        mentioned || (self.exposed && !ident.to_string().starts_with('_'))
    }

    /// Input: `(a, _): (A, B)`   Output: `__arg0: (A, B)`
    pub(crate) fn parameter(&self) -> TokenStream {
        let (slot, ty) = (self.slot(), &self.ty);
        // `expect` is fulfilled where the binding is; here it would not be
        let attributes = self.attributes.iter().filter(|attribute| !attribute.path().is_ident("expect"));
        quote!(#(#attributes)* #slot: #ty)
    }

    /// Input: `mut a: A`         Output: `let mut a = a;`
    /// Input: `(a, _): (A, B)`   Output: `let __arg0 = __arg0; let (a, _) = __arg0;`
    ///
    /// A pattern takes two steps because what it does not bind must live as long as the parameter would.
    pub(crate) fn moved(&self) -> TokenStream {
        let (slot, pattern) = (self.slot(), &self.pattern);
        let cfgs: Vec<_> = self.cfgs().collect();
        let attributes = &self.attributes;
        let moved = match self.plain_name() {
            Some(_) => quote!(#(#attributes)* let #pattern = #slot;),
            None if matches!(pattern, Pat::Wild(_)) => quote!(#(#cfgs)* let #slot = #slot;),
            None => quote!(#(#cfgs)* let #slot = #slot; #(#attributes)* let #pattern = #slot;),
        };
        // an argument that only an option uses is used
        let mentioned =
            self.bindings.iter().filter(|binding| binding.mentioned).map(|binding| &binding.ident);
        let used = mentioned.map(|ident| quote!(#(#cfgs)* let _ = &#ident;));
        quote!(#moved #(#used)*)
    }

    /// Output: `let _ = &a;`, which takes the argument into an `async` block at this place in the order.
    pub(crate) fn captured(&self) -> TokenStream {
        let (slot, cfgs) = (self.slot(), self.cfgs());
        quote!(#(#cfgs)* let _ = &#slot;)
    }

    /// Makes the names of a pattern readable by reference, before the argument is moved.
    ///
    /// Input: `(mut a, _b): (A, B)` with `wanted` = `a`   Output: `let (a, _) = &__arg0;`
    pub(crate) fn borrowed(&self, wanted: impl Fn(&Binding) -> bool) -> TokenStream {
        let wanted: Vec<_> = self.bindings.iter().filter(|binding| wanted(binding)).collect();
        if self.plain_name().is_some() || wanted.is_empty() {
            return TokenStream::new();
        }
        let idents: Vec<_> = wanted.iter().map(|binding| &binding.ident).collect();
        let (pattern, slot) = (by_reference(&self.pattern, &idents), self.slot());
        let cfgs: Vec<_> = self.cfgs().collect();
        // a name that a format string seems to use may be a false alarm, and must not be an unused variable then
        let mentioned = wanted.iter().filter(|binding| binding.mentioned).map(|binding| &binding.ident);
        let used = mentioned.map(|ident| quote!(#(#cfgs)* let _ = #ident;));
        quote!(#(#cfgs)* let #pattern = &#slot; #(#used)*)
    }

    /// Input: `a: A`   Output: `let value = &a; inputs.add("\"a\":", &*value);`
    ///
    /// The bound on the type is asked at the type's own tokens, so that a missing `Serialize` is reported there.
    pub(crate) fn recorded(&self, inputs: &Ident, overridden: &[String]) -> TokenStream {
        let plain = self.plain_name().is_some();
        let statements = self.bindings.iter().filter_map(|binding| {
            let ident = &binding.ident;
            let key = message::plain(ident);
            let method = match binding.mode {
                Mode::Value => "add",
                Mode::Debug => "debug",
                Mode::Display => "display",
                Mode::Attachment => "attachment",
                Mode::Skip => return None,
            };
            if overridden.contains(&key) {
                return None;
            }
            let method = Ident::new(method, Span::mixed_site());
            let slot = self.slot();
            // a reference is looked through once, so that messages name the user's type and not `&` of it
            let (place, ty) = match &self.ty {
                Type::Reference(reference) if plain => (quote!(&*#slot), &*reference.elem),
                ty if plain => (quote!(&#slot), ty),
                ty => (quote!(#ident), ty),
            };
            let value = Ident::new("__value", Span::mixed_site());
            let asked = asked_at(&value, if plain { ty.to_token_stream() } else { ident.to_token_stream() });
            let cfgs = self.cfgs();
            let key = if binding.mode == Mode::Attachment { key } else { member(&key) };
            Some(quote!(#(#cfgs)* { let #value = #place; #inputs.#method(#key, #asked); }))
        });
        quote!(#(#statements)*)
    }
}

/// Input: `name`   Output: `"name":`, as it stands in a JSON object, so that no call has to quote it
pub(crate) fn member(key: &str) -> String {
    let mut text = String::from('"');
    for c in key.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push_str("\":");
    text
}

/// `&*value`, lying over `tokens`: the compiler underlines the argument of a call whose bound fails.
pub(crate) fn asked_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let and = syn::Token![&](Span::mixed_site().located_at(first));
    let star = syn::Token![*](Span::mixed_site().located_at(first));
    let mut value = value.clone();
    value.set_span(value.span().located_at(last));
    quote!(#and #star #value)
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Whether an expression uses a name, also inside a format string (`"{name}"`).
pub(crate) fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    let name = message::plain(ident);
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"))
        }
        TokenTree::Punct(_) => false,
    })
}

/// A capital first letter in a pattern is a unit struct or a constant in all code that follows the naming lints.
fn names_a_constant(ident: &Ident) -> bool {
    message::plain(ident).starts_with(char::is_uppercase)
}

/// The names a pattern binds, in order. Macros in pattern position keep theirs to themselves.
fn bound(pattern: &Pat, names: &mut Vec<Ident>) {
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

/// The pattern as it matches a reference to the argument, binding only `wanted`.
///
/// Without `ref`, `mut` and `&` a pattern matches any depth of references and binds by reference, whatever edition.
fn by_reference(pattern: &Pat, wanted: &[&Ident]) -> TokenStream {
    let all =
        |pats: &mut dyn Iterator<Item = &Pat>| pats.map(|pat| by_reference(pat, wanted)).collect::<Vec<_>>();
    match pattern {
        Pat::Ident(pat) if names_a_constant(&pat.ident) => pat.ident.to_token_stream(),
        Pat::Ident(pat) => {
            let ident = wanted.contains(&&pat.ident).then_some(&pat.ident);
            match (ident, pat.subpat.as_ref().map(|(_, inner)| by_reference(inner, wanted))) {
                (Some(ident), None) => quote!(#ident),
                (Some(ident), Some(inner)) => quote!(#ident @ #inner),
                (None, Some(inner)) => inner,
                (None, None) => quote!(_),
            }
        }
        Pat::Or(pat) => {
            let cases = all(&mut pat.cases.iter());
            quote!((#(#cases)|*))
        }
        Pat::Paren(pat) => by_reference(&pat.pat, wanted),
        Pat::Reference(pat) => by_reference(&pat.pat, wanted),
        Pat::Type(pat) => by_reference(&pat.pat, wanted),
        Pat::Slice(pat) => {
            let elems = all(&mut pat.elems.iter());
            quote!([#(#elems),*])
        }
        Pat::Tuple(pat) => {
            let elems = all(&mut pat.elems.iter());
            // a tuple of one keeps its comma; `..` may not have one
            let comma = pat.elems.trailing_punct().then(syn::token::Comma::default);
            quote!((#(#elems),* #comma))
        }
        Pat::TupleStruct(pat) => {
            let (path, elems) = (&pat.path, all(&mut pat.elems.iter()));
            quote!(#path(#(#elems),*))
        }
        Pat::Struct(pat) => {
            let path = &pat.path;
            let fields = pat.fields.iter().map(|field| {
                let (attributes, member, inner) =
                    (&field.attrs, &field.member, by_reference(&field.pat, wanted));
                match (&*field.pat, field.colon_token) {
                    (Pat::Ident(pat), None) if wanted.contains(&&pat.ident) => quote!(#(#attributes)* #inner),
                    _ => quote!(#(#attributes)* #member: #inner),
                }
            });
            let rest = &pat.rest;
            quote!(#path { #(#fields,)* #rest })
        }
        other => other.to_token_stream(),
    }
}
