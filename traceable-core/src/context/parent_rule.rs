//! The parent rule: which of two contexts a run attaches to.

use super::extra::Extra;
use super::parent::Parent;
use super::scope_settings::{merge_scopes, scopes};
use crate::run::node::Context;

/// Chooses between the context at the call and the one at the start.
///
/// | at the call | at the start | parent |
/// |---|---|---|
/// | none | none | none: a root |
/// | none | P | P |
/// | C | none | C |
/// | C | C or below it | P |
/// | C | anything else | C |
///
/// So what is called here and started elsewhere (a spawned task, a stream that others drain) stays here, and what
/// is called here and started by a wrapper that was called here too attaches to that wrapper.
fn choose(at_call: Option<Context>, at_start: Option<Context>) -> Option<Context> {
    match (at_call, at_start) {
        (None, start) => start,
        (call, None) => call,
        (Some(call), Some(start)) => {
            if start.is_or_descends_from(&call) {
                Some(start)
            } else {
                Some(call)
            }
        }
    }
}

/// The parent rule. Scopes that only add settings do not count: a tag does not move a run. The run gets their settings
/// all the same.
pub(crate) fn parent_of(at_call: Option<Context>, at_start: Option<Context>) -> Option<Context> {
    let at_call = at_call.filter(|call| !stands_for_nothing(call));
    let (Some(call), Some(start)) = (&at_call, &at_start) else { return choose(at_call, at_start) };
    let adding = || scopes(Some(call)).take_while(|scope| scope.only_adds_settings);
    let Some(outermost) = adding().last() else { return choose(at_call, at_start) };
    if start.is_or_descends_from(call) {
        return at_start;
    }
    let behind = outermost.up.as_ref().filter(|behind| !stands_for_nothing(behind));
    if behind.is_some_and(|behind| !start.is_or_descends_from(behind)) {
        return at_call;
    }
    let extra = Extra::of_call(Parent::Ambient, merge_scopes(adding()));
    Some(Context::Scope(extra.into_scope(|| at_start, None)))
}

/// Whether that is as good as no context: what carries none is polled where there is one.
pub(crate) fn stands_for_nothing(context: &Context) -> bool {
    matches!(context, Context::Scope(scope) if scope.stands_for_nothing())
}
