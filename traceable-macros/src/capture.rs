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
use crate::pattern::{bound, by_reference, names_a_constant};

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
    /// `cfg`, lint levels, and what other attributes left for themselves
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    pub(crate) bindings: Vec<Binding>,
    /// there are option expressions, which must find the argument (or, misspelt, be told of it)
    pub(crate) exposed: bool,
    /// a parameter before it looks like it: two names of a `macro_rules!` may be told apart by where they come from alone
    pub(crate) is_namesake: bool,
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
        Self { attributes, pattern, ty, bindings, exposed: false, is_namesake: false, position }
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

    /// Whether both have the same text for a name, and `#[cfg]` does not let only one of them stay.
    pub(crate) fn looks_like(&self, other: &Argument) -> bool {
        let both = self.plain_name().zip(other.plain_name());
        both.is_some_and(|(name, other)| message::plain(name) == message::plain(other))
            && self.cfgs().next().is_none()
    }

    fn is_mutable(&self) -> bool {
        matches!(&self.pattern, Pat::Ident(pat) if pat.mutability.is_some())
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
            Some(ident) if !self.is_namesake => hidden(ident),
            _ => Ident::new(
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
        // what another attribute left on the parameter for itself has no meaning on a statement
        let attributes = self.attributes.iter().filter(|attribute| is_cfg(attribute) || is_lint(attribute));
        let moved = match self.plain_name() {
            // Clippy has lints on `let` that it has not on parameters: on names with an underscore, on collections
            // that are only written to. They look for plain names.
            Some(ident) if self.is_mutable() || ident.to_string().starts_with('_') => {
                quote!(#(#attributes)* let (#pattern,) = (#slot,);)
            }
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

    /// Whether it is recorded under its name as it is, if it is recorded at all.
    pub(crate) fn is_simple(&self) -> bool {
        self.is_left_out()
            || (self.plain_name().is_some()
                && self.bindings.iter().all(|binding| binding.mode == Mode::Value)
                && self.cfgs().next().is_none())
    }

    pub(crate) fn is_left_out(&self) -> bool {
        self.bindings.iter().all(|binding| binding.mode == Mode::Skip)
    }

    /// Input: `a: A`   Output: `let value0 = &a;`, `"{\"a\":"` and `argument(&value0)`
    ///
    /// As [`recorded`](Self::recorded), for a simple argument that is not left out.
    pub(crate) fn listed(&self, p: &impl ToTokens, is_first: bool) -> Option<[TokenStream; 3]> {
        let ident = self.plain_name()?;
        let (place, ty) = self.place();
        let value = Ident::new(&format!("__value{}", self.position), Span::mixed_site());
        let asked = referred_at(&value, ty.to_token_stream());
        let before = format!("{}{}", if is_first { '{' } else { ',' }, member(&message::plain(ident)));
        let argument = Ident::new("argument", Span::mixed_site());
        Some([quote!(let #value = #place;), quote!(#before), quote!(#p::#argument(#asked))])
    }

    /// Where a parameter with a plain name is, and its type. A reference is looked through once, so that messages name
    /// the user's type and not `&` of it.
    fn place(&self) -> (TokenStream, &Type) {
        let slot = self.slot();
        match &self.ty {
            Type::Reference(reference) => (quote!(&*#slot), &*reference.elem),
            ty => (quote!(&#slot), ty),
        }
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
            let (place, at) = if plain {
                let (place, ty) = self.place();
                (place, ty.to_token_stream())
            } else {
                (quote!(#ident), quote!(#ident))
            };
            let value = Ident::new("__value", Span::mixed_site());
            let asked = asked_at(&value, at);
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

/// The same name as a name of ours, in the edition of this crate: words that were free before are raw there.
fn hidden(ident: &Ident) -> Ident {
    const KEYWORDS_SINCE: [&str; 5] = ["async", "await", "dyn", "gen", "try"];
    let at = Span::mixed_site().located_at(ident.span());
    match ident.to_string() {
        name if KEYWORDS_SINCE.contains(&name.as_str()) => Ident::new_raw(&name, at),
        _ => {
            let mut hidden = ident.clone();
            hidden.set_span(at);
            hidden
        }
    }
}

/// `&*value`, lying over `tokens`: the compiler underlines the argument of a call whose bound fails.
pub(crate) fn asked_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    lying_over(value, tokens, |at| quote::quote_spanned!(at=> &*))
}

/// `&value`, lying over `tokens`.
fn referred_at(value: &Ident, tokens: TokenStream) -> TokenStream {
    lying_over(value, tokens, |at| quote::quote_spanned!(at=> &))
}

fn lying_over(value: &Ident, tokens: TokenStream, before: impl Fn(Span) -> TokenStream) -> TokenStream {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let before = before(Span::mixed_site().located_at(first));
    let mut value = value.clone();
    value.set_span(value.span().located_at(last));
    quote!(#before #value)
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "deny", "expect", "forbid", "warn"].iter().any(|level| attribute.path().is_ident(level))
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
