//! What the calls inside a scope inherit: tags, metadata, a project.

use std::sync::Arc;

use crate::run::inherited_settings::Settings;
use crate::run::node::{Context, Scope};

/// The scopes between here and the next run.
pub(crate) fn scopes(context: Option<&Context>) -> impl Iterator<Item = &Arc<Scope>> {
    fn scope(context: &Context) -> Option<&Arc<Scope>> {
        if let Context::Scope(scope) = context { Some(scope) } else { None }
    }
    std::iter::successors(context.and_then(scope), |at| at.up.as_ref().and_then(scope))
}

/// Those of them that are for the call made here: not for one around it that is no run.
pub(crate) fn scopes_of_call(context: Option<&Context>) -> impl Iterator<Item = &Arc<Scope>> {
    scopes(context).take_while(|scope| !scope.is_call)
}

/// What the scopes around a call give to it, wherever it attaches.
pub(crate) fn given(around: Option<&Context>) -> Settings {
    merge_scopes(scopes_of_call(around))
}

pub(super) fn merge_scopes<'a>(scopes: impl Iterator<Item = &'a Arc<Scope>>) -> Settings {
    scopes.fold(Settings::default(), |nearer, farther| nearer.over(Some(&farther.given())))
}
