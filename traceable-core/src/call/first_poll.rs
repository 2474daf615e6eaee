//! Starting a reserved run at its first poll, by the parent rule.

use std::sync::Arc;

use super::bind_to_parent::bind_reserved;
use super::broken_trace::{self, Lost};
use super::recording::{is_doubtful, is_left_out, is_unrecorded};
use super::reservation::take_one_shots;
use crate::context::ambient::ambient;
use crate::context::extra::Extra;
use crate::context::parent::Parent;
use crate::context::parent_rule::parent_of;
use crate::run::node::{Bound, Context, Run, Scope};
use crate::run::object_id::ObjectId;

/// Starts a reserved run at the first poll of `object`, by the parent rule.
pub(super) fn start_at_poll(run: &Arc<Run>, object: &ObjectId) {
    if run.started().is_some() {
        return;
    }
    let around = ambient();
    let (at_start, lost) = Lost::split(around);
    let known = run.state().reservation.as_ref().map(|r| (r.at_call.clone(), r.is_named));
    let Some((at_call, is_named)) = known else { return };
    let (parent, direct) = match at_start {
        // `.with_parent(..)` directly on what this call returned
        Some(Context::Scope(scope)) if scope.is_put_on(object) && scope.names_parent => {
            if !is_named && is_left_out(at_call.as_ref()) {
                return leave_out(run, at_call.as_ref());
            }
            (Some(Context::Scope(scope.clone())), Some(scope))
        }
        // something else directly on it, which leaves the parent as it is
        Some(Context::Scope(scope)) if scope.is_put_on(object) => {
            let here = Context::Scope(scope.clone());
            let parent = match at_call {
                None if is_named => Some(root_in(here)),
                named if is_named => named,
                at_call => parent_of(at_call, Some(here.clone())),
            };
            (parent.map(|parent| also_given(parent, &scope)), Some(scope))
        }
        // a root on purpose, called where there was nothing: it still goes where everything around it goes
        Some(around) if is_named && at_call.is_none() => (Some(root_in(around)), None),
        _ if is_named => (at_call, None),
        at_start => {
            let named = at_start.clone().filter(|at| at_call.is_some() && is_named_outside(at));
            let parent = parent_of(at_call, at_start);
            if let (Some(named), Some(parent)) = (named, &parent)
                && !parent.is_or_descends_from(&named)
            {
                broken_trace::note_not_moved(run.head.callsite());
            }
            (parent, None)
        }
    };
    if let Some(above) = parent.as_ref().and_then(Context::run_ref).filter(|above| above.started().is_none())
    {
        if is_unrecorded(parent.as_ref()) || is_doubtful(above) {
            // what is not recorded is no child, and starts nothing
            let called = run
                .state()
                .reservation
                .as_ref()
                .and_then(|reservation| (!reservation.is_named).then(|| reservation.at_call.clone())?);
            // nothing that is put on what it returns changes what holds where it was called
            let around = called.filter(|at_call| is_left_out(Some(at_call))).or(parent);
            return leave_out(run, around.as_ref());
        }
        // before this run is locked: the one above may have been called in this one, and need it to start
        above.bound();
    }
    run.bind_with(|| {
        let Some(mut reservation) = run.state().reservation.take() else { return Bound::nowhere(run) };
        if let Some(scope) = direct {
            take_one_shots(&mut reservation, &scope);
            reservation.wants_root |= scope.wants_roots;
        }
        bind_reserved(run, reservation, parent, lost)
    });
}

/// Whether a parent was named for something that is polled for the first time just now.
fn is_named_outside(around: &Context) -> bool {
    matches!(around, Context::Scope(scope) if scope.names_parent && scope.is_being_entered())
}

/// Gives a reserved run that is not recorded a place of its own.
fn leave_out(run: &Arc<Run>, around: Option<&Context>) {
    // what it calls may still leave it, and then goes where everything around goes
    let settings = around.and_then(Context::settings_so_far);
    let mut left = (None, None);
    run.bind_with(|| {
        let mut state = run.state();
        left = (state.reservation.take(), state.inputs.take());
        state.settings = settings;
        Bound::nowhere(run)
    });
    // outside of the locks: what it was given is the user's
    drop(left);
}

/// A trace of its own that goes where everything around it goes.
fn root_in(around: Context) -> Context {
    Context::Scope(Extra::new().parent(Parent::Root).into_scope(|| Some(around), None))
}

/// A parent with what a scope gives besides, if that is not in it already.
fn also_given(parent: Context, scope: &Arc<Scope>) -> Context {
    let given = scope.given();
    if given.is_empty() || parent.is(&Context::Scope(scope.clone())) {
        return parent;
    }
    Context::Scope(Extra::of_call(Parent::Ambient, given).into_scope(|| Some(parent), None))
}
