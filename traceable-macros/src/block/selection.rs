//! Which methods of a block are traced.
//!
//! `methods(a, b)` selects these. Without it, every method with `self` and a body is selected, but for those in
//! `except(c)`. Functions without `self` must be named: they are mostly constructors and helpers, and what they return
//! rarely serialises. A `const fn` cannot be traced, so it is an error only when it is named. A method's own
//! `#[traceable(..)]` or `#[traceable(skip)]` beats the block.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Ident;
use syn::spanned::Spanned;

use super::items::{Item, Method};
use crate::message::{self, Mistakes};
use crate::options::{OPTIONS, Segment, split};

/// `methods(a, b)` or `except(c)`.
struct Named {
    key: Ident,
    names: Vec<Ident>,
}

#[derive(Default)]
pub(super) struct Selection {
    methods: Option<Named>,
    except: Option<Named>,
}

/// Takes `methods` and `except` out of a block's options; the rest are the defaults of each method.
pub(super) fn read(options: TokenStream, mistakes: &mut Mistakes) -> (Selection, Vec<Segment>) {
    let mut selection = Selection::default();
    let mut defaults = Vec::new();
    for segment in split(options) {
        let slot = match (segment.text.as_str(), &segment.key) {
            ("methods", Some(key)) => (&mut selection.methods, key),
            ("except", Some(key)) => (&mut selection.except, key),
            (text, Some(key)) if !OPTIONS.contains(&text) => {
                let known: Vec<_> = ["methods", "except"].iter().chain(OPTIONS).copied().collect();
                mistakes.push(message::unknown_option(key, &known));
                continue;
            }
            _ => {
                defaults.push(segment);
                continue;
            }
        };
        match (names(&segment), slot) {
            (None, (_, key)) => mistakes.push(message::wrong_shape(key, &format!("{key}(method, ..)"))),
            (Some(_), (Some(first), key)) => message::given_twice(mistakes, &first.key, key),
            (Some(names), (slot, key)) => *slot = Some(Named { key: key.clone(), names }),
        }
    }
    if let (Some(methods), Some(except)) = (&selection.methods, &selection.except) {
        message::exclude(mistakes, &methods.key, &except.key, "names the traced methods already");
    }
    (selection, defaults)
}

/// The names of `methods(a, b)`; `None` if it is written otherwise.
fn names(segment: &Segment) -> Option<Vec<Ident>> {
    if segment.tokens.clone().into_iter().count() != 2 {
        return None;
    }
    segment.elements()?.into_iter().map(|element| syn::parse2(element.tokens).ok()).collect()
}

impl Selection {
    pub(super) fn selects(&self, method: &Method) -> bool {
        match (&method.own, &self.methods) {
            (Some(own), _) => !own.is_skip(),
            (None, Some(named)) => named.has(method) && method.body.is_some(),
            (None, None) => {
                let signature = &method.signature;
                let can = method.body.is_some() && signature.constness.is_none();
                let except = self.except.as_ref().is_some_and(|named| named.has(method));
                can && signature.receiver().is_some() && !except
            }
        }
    }

    /// The selected methods; reports what is wrong with the names.
    pub(super) fn select<'a>(
        &self,
        items: &'a [Item],
        keyword: &Ident,
        mistakes: &mut Mistakes,
    ) -> Vec<&'a Method> {
        let all = || {
            items.iter().filter_map(|item| match item {
                Item::Method(method) => Some(&**method),
                Item::Other(_) => None,
            })
        };
        let known: Vec<_> = all().map(Method::name).collect();
        for named in [&self.methods, &self.except].into_iter().flatten() {
            let traces = named.key == "methods";
            for name in &named.names {
                let Some(method) = all().find(|method| method.name() == message::plain(name)) else {
                    mistakes.push(message::unknown_method(name, &known));
                    continue;
                };
                if let Some(own) = method.own.as_ref().filter(|own| own.is_skip() == traces) {
                    message::contradicts_method(mistakes, &named.key, name, own.attribute.span());
                } else if traces && method.body.is_none() {
                    mistakes.push(message::named_without_body(name));
                }
            }
        }
        let selected: Vec<_> = all().filter(|method| self.selects(method)).collect();
        if selected.is_empty() && self.methods.is_none() {
            mistakes.push(message::nothing_selected(keyword.to_token_stream()));
        }
        selected
    }
}

impl Named {
    fn has(&self, method: &Method) -> bool {
        self.names.iter().any(|name| message::plain(name) == method.name())
    }
}
