//! What a call brings along until it starts: the context at the call, a named parent, an `Extra`.

use std::sync::{Arc, PoisonError};

use crate::context::extra::Extra;
use crate::context::parent::Parent;
use crate::context::parent_rule::stands_for_nothing;
use crate::context::scope_settings::{given, scopes_of_call};
use crate::run::head::RunHead;
use crate::run::node::{Context, Options, Reservation, Run, Scope};

pub(super) fn reservation(at_call: Option<Context>, is_root: bool) -> Reservation {
    let mut reservation = Reservation { at_call, is_named: false, wants_root: false, options: None };
    for scope in scopes_of_call(reservation.at_call.clone().as_ref()) {
        if take_one_shots(&mut reservation, scope) {
            break;
        }
    }
    if is_root {
        name_parent(&mut reservation, Parent::Root);
    }
    reservation
}

/// The name that an `Extra` gives beats the function's.
pub(super) fn named(head: RunHead, reservation: &mut Reservation) -> RunHead {
    let Some(name) = reservation.options.as_mut().and_then(|options| options.one_shots.name.take()) else {
        return head;
    };
    head.renamed(name)
}

/// The parent is this one, and not what is current; unless an `Extra` around this very call names one.
pub(super) fn name_parent(reservation: &mut Reservation, parent: Parent) {
    let is_named_for_call = scopes_of_call(reservation.at_call.as_ref()).any(|scope| scope.names_parent);
    if !is_named_for_call {
        set_parent(reservation, parent);
    }
}

pub(super) fn set_parent(reservation: &mut Reservation, parent: Parent) {
    if matches!(parent, Parent::Ambient) {
        return;
    }
    let around = reservation.at_call.take();
    if !reservation.is_named && around.is_some() {
        options(reservation).called_in = around.clone();
    }
    reservation.is_named = true;
    if matches!(parent, Parent::Root) && around.as_ref().is_none_or(stands_for_nothing) {
        reservation.wants_root = true;
        return;
    }
    let extra = Extra::of_call(parent, given(around.as_ref()));
    reservation.at_call = Some(Context::Scope(extra.into_scope(|| around, None)));
}

pub(super) fn take_one_shots(reservation: &mut Reservation, scope: &Scope) -> bool {
    let given = scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(one_shots) = given else { return false };
    options(reservation).one_shots = *one_shots;
    true
}

/// What was around the call of a run that has not started; the run itself, if that starts just now.
pub(super) fn around_call(run: &Arc<Run>) -> Option<Context> {
    let around = match &run.state().reservation {
        None => return Some(Context::Run(run.clone())),
        Some(Reservation { is_named: false, at_call, .. }) => at_call.clone(),
        Some(Reservation { options, .. }) => options.as_ref().and_then(|options| options.called_in.clone()),
    };
    // what was meant for this call is not for what it calls
    around.map(Scope::inside_call)
}

pub(super) fn options(reservation: &mut Reservation) -> &mut Options {
    reservation.options.get_or_insert_default()
}
