//! What a call becomes: a run that starts now, a run that starts later, or none.

use std::sync::Arc;

use super::bind_to_parent::{adopt, bind, bind_reserved};
use super::broken_trace::Lost;
use super::recording::{is_in_doubt, is_nowhere, is_unrecorded, unrecorded};
use super::reservation::{named, options, reservation, set_parent};
use crate::context::ambient::{Ambient, ambient};
use crate::context::parent::Parent;
use crate::run::bind::BindRequest;
use crate::run::child_checks;
use crate::run::head::RunHead;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Bound, Context, Reservation, Run, State};

/// What a call becomes.
pub(super) enum Started {
    /// A run.
    Run(Arc<Run>),
    /// No run; what is called inside attaches to this.
    Passive(Context),
}

/// Starts a call that is made and started at once.
pub(super) fn start_now(head: RunHead) -> Started {
    let around = ambient();
    let adds_nothing = head
        .function_callsite()
        .is_some_and(|callsite| !callsite.is_root && callsite.tags.is_empty() && callsite.project.is_none());
    if adds_nothing && let Ambient::Here(Context::Run(parent)) = &around {
        return start_under(head, parent);
    }
    let (around, lost) = Lost::split(around);
    let mut reservation =
        reservation(around, head.function_callsite().is_some_and(|callsite| callsite.is_root));
    let at_call = reservation.at_call.as_ref();
    if is_unrecorded(at_call) || at_call.and_then(Context::run_ref).is_some_and(is_in_doubt) {
        return Started::Passive(unrecorded(reservation.at_call));
    }
    let parent = reservation.at_call.take();
    let head = named(head, &mut reservation);
    let mut state = State::default();
    let bound = bind(&head, &mut state, reservation, parent, lost);
    Started::Run(Arc::new(Run::with_binding(head, bound, state)))
}

/// The common case: a function that adds nothing to what it inherits, called in a run.
fn start_under(head: RunHead, parent: &Arc<Run>) -> Started {
    if is_in_doubt(parent) {
        // it may still find a recorded parent when it starts; a call that is not recorded does not start it
        return Started::Passive(Context::Run(parent.clone()));
    }
    parent.bound();
    let settings = parent.state().settings.clone();
    if !parent.is_recorded() {
        return Started::Passive(Context::Run(parent.clone()));
    }
    let parent_of_run = Some(Context::Run(parent.clone()));
    let request = BindRequest {
        parent: parent_of_run,
        settings,
        id: None,
        start: None,
        is_manual: false,
        is_silent: false,
    };
    let mut state = State::default();
    let bound = request.bind(&head, &mut state);
    let callsite = head.function_callsite();
    adopt(callsite, parent);
    if let Some(ended) = parent.ended() {
        child_checks::note_late(callsite, &mut state, bound.start, parent, ended);
    }
    // the rest is not there yet, and need not be copied
    let state = State { settings: state.settings, extra: state.extra, ..State::default() };
    Started::Run(Arc::new(Run::with_binding(head, bound, state)))
}

/// Makes a run that starts later: at its first poll, or when a child needs it.
pub(super) fn reserve(head: RunHead) -> Started {
    let is_root = head.function_callsite().is_some_and(|callsite| callsite.is_root);
    let reservation = reservation(ambient().context(), is_root);
    start_later(head, reservation)
}

/// As [`reserve`], for a call with a parent and settings of its own.
pub(super) fn reserve_with(head: RunHead, parent: Parent, settings: Settings) -> Started {
    let mut reservation = reservation(ambient().context(), false);
    set_parent(&mut reservation, parent);
    if !settings.is_empty() {
        options(&mut reservation).settings = settings;
    }
    start_later(head, reservation)
}

fn start_later(head: RunHead, reservation: Reservation) -> Started {
    // where there is nothing, there may be something when it starts; the attribute may name a parent next; and a block
    // that names one is still called where it is
    let may_find_a_parent = is_nowhere(reservation.at_call.as_ref())
        || head.function_callsite().map_or(reservation.is_named, |callsite| callsite.names_parent);
    if !may_find_a_parent && is_unrecorded(reservation.at_call.as_ref()) {
        return Started::Passive(unrecorded(reservation.at_call));
    }
    Started::Run(reserved(head, reservation))
}

fn reserved(head: RunHead, mut reservation: Reservation) -> Arc<Run> {
    let head = named(head, &mut reservation);
    Arc::new(Run::reserved(head, reservation, start_by_need))
}

/// Starts a reserved run before its first poll, because something needs it: a child, or its id. Only the context at
/// its call counts. It is older than the run, so no two runs wait for one another here.
fn start_by_need(run: &Arc<Run>) -> Bound {
    let reservation = run.state().reservation.take();
    match reservation {
        Some(mut reservation) => {
            let parent = reservation.at_call.take();
            bind_reserved(run, reservation, parent, Lost::Nothing)
        }
        None => Bound::nowhere(run),
    }
}
