//! One parameter that callers pass, and how each name that it binds is recorded.

use syn::{Attribute, Ident, Pat, Type};

use super::pattern::Names;
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
    /// an option expression uses it, so it must be in scope there
    pub(crate) mentioned: bool,
}

/// One parameter that callers pass.
pub(crate) struct Argument {
    /// `cfg`, lint levels, and attributes that other macros left here
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) pattern: Pat,
    pub(crate) ty: Type,
    pub(crate) bindings: Vec<Binding>,
    /// there are option expressions: the argument must be in scope for them, also to suggest its name for a misspelt
    /// one
    pub(crate) exposed: bool,
    /// an earlier parameter has the same text for a name: of two names in a `macro_rules!`, hygiene alone may tell
    /// which is which
    pub(crate) repeats_a_name: bool,
    /// which parameter it is, counted from 0
    pub(crate) position: usize,
}

impl Argument {
    pub(super) fn new(
        attributes: Vec<Attribute>,
        pattern: Pat,
        ty: Type,
        position: usize,
        generics: &[Ident],
    ) -> Self {
        let names = Names { ty: &ty, generics }.bound(&pattern);
        let bindings = names
            .into_iter()
            .map(|ident| {
                let mode = if ident.to_string().starts_with('_') { Mode::Skip } else { Mode::Value };
                Binding { ident, mode, mentioned: false }
            })
            .collect();
        Self { attributes, pattern, ty, bindings, exposed: false, repeats_a_name: false, position }
    }

    /// The name of `a` or `mut a`; `None` for any other pattern.
    pub(crate) fn plain_name(&self) -> Option<&Ident> {
        match &self.pattern {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() && self.binds(&pat.ident) => {
                Some(&pat.ident)
            }
            _ => None,
        }
    }

    /// Whether a name in the pattern is bound, and no constant.
    pub(crate) fn binds(&self, ident: &Ident) -> bool {
        self.bindings.iter().any(|binding| binding.ident == *ident)
    }

    /// Whether both names have the same text, and no `#[cfg]` removes one of them.
    pub(crate) fn looks_like(&self, other: &Argument) -> bool {
        let both = self.plain_name().zip(other.plain_name());
        both.is_some_and(|(name, other)| message::plain(name) == message::plain(other))
            && self.cfgs().next().is_none()
    }

    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| is_cfg(attribute))
    }

    pub(crate) fn is_left_out(&self) -> bool {
        self.bindings.iter().all(|binding| binding.mode == Mode::Skip)
    }
}

pub(crate) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}
