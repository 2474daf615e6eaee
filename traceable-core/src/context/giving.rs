//! Scopes that give something to what is called inside: tags, metadata, a project.

use std::sync::Arc;

use super::extra::Extra;
use super::parent::Parent;
use super::rule::choose;
use crate::run::node::Context;
use crate::run::scope::Scope;
use crate::run::settings::Settings;

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

/// What the scopes around a call give to it, wherever it hangs.
pub(crate) fn given(around: Option<&Context>) -> Settings {
    gather(scopes_of_call(around))
}

fn gather<'a>(scopes: impl Iterator<Item = &'a Arc<Scope>>) -> Settings {
    scopes.fold(Settings::default(), |nearer, farther| nearer.over(Some(&farther.given())))
}

/// The parent rule, for which scopes that only give something are not there: a tag does not move a run. What they give
/// goes with it.
pub(crate) fn place(at_call: Option<Context>, at_start: Option<Context>) -> Option<Context> {
    let (Some(call), Some(start)) = (&at_call, &at_start) else { return choose(at_call, at_start) };
    let giving = || scopes(Some(call)).take_while(|scope| scope.only_gives);
    let Some(outermost) = giving().last() else { return choose(at_call, at_start) };
    if start.is_or_descends_from(call) {
        return at_start;
    }
    if outermost.up.as_ref().is_some_and(|behind| !start.is_or_descends_from(behind)) {
        return at_call;
    }
    let extra = Extra::of_call(Parent::Ambient, gather(giving()));
    Some(Context::Scope(extra.into_scope(|| at_start, None)))
}
