//! When a run starts: what is called becomes a run under its parent, or is not recorded.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::broken_trace;
use super::broken_trace::Lost;
use super::recording::{is_doubtful, is_in_doubt, is_left_out, is_unrecorded, unrecorded};
use crate::callsite::function::Callsite;
use crate::context::ambient::{Ambient, ambient};
use crate::context::extra::Extra;
use crate::context::inheritance::{given, scopes, scopes_of_call};
use crate::context::parent::Parent;
use crate::context::parent_rule::parent_of;
use crate::diagnostics::counters;
use crate::identity::time::Timestamp;
use crate::process;
use crate::run::bind::BindRequest;
use crate::run::child_checks;
use crate::run::head::Head;
use crate::run::node::Scope;
use crate::run::node::{Bound, Context, Options, Reservation, Run, State};
use crate::run::object_id::ObjectId;
use crate::run::settings::Settings;

/// What a call becomes.
pub(super) enum Started {
    /// A run.
    Run(Arc<Run>),
    /// No run; what is called inside attaches to this.
    Passive(Context),
}

/// Starts a call that is made and started at once.
pub(super) fn start_now(head: Head) -> Started {
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
fn start_under(head: Head, parent: &Arc<Run>) -> Started {
    if is_in_doubt(parent) {
        // it may still find a recorded parent when it starts; a call that is not recorded does not start it
        return Started::Passive(Context::Run(parent.clone()));
    }
    parent.bound();
    let settings = parent.state().settings.clone();
    if !parent.is_recorded() {
        return Started::Passive(Context::Run(parent.clone()));
    }
    let up = Some(Context::Run(parent.clone()));
    let request =
        BindRequest { parent: up, settings: settings.as_deref(), id: None, start: None, is_manual: false };
    let bound = request.bind();
    let callsite = head.function_callsite();
    let run = Arc::new(Run::with_binding(head, bound, State { settings, ..State::default() }));
    adopt(callsite, parent);
    if let Some(ended) = parent.ended() {
        child_checks::note_late(callsite, &mut run.state(), Timestamp::now(), parent, ended);
    }
    Started::Run(run)
}

/// A run of this function has become a child of this one.
#[inline]
fn adopt(callsite: Option<&'static Callsite>, parent: &Arc<Run>) {
    child_checks::count(parent);
    broken_trace::note_child(callsite, parent);
}

/// Makes a run that starts later: at its first poll, or when a child needs it.
pub(super) fn reserve(head: Head) -> Started {
    let is_root = head.function_callsite().is_some_and(|callsite| callsite.is_root);
    let reservation = reservation(ambient().context(), is_root);
    start_later(head, reservation)
}

/// As [`reserve`], for a call with a parent and settings of its own.
pub(super) fn reserve_with(head: Head, parent: Parent, settings: Settings) -> Started {
    let mut reservation = reservation(ambient().context(), false);
    set_parent(&mut reservation, parent);
    if !settings.is_empty() {
        options(&mut reservation).settings = settings;
    }
    start_later(head, reservation)
}

fn start_later(head: Head, reservation: Reservation) -> Started {
    // where there is nothing, there may be something when it starts; and the attribute may name a parent next
    let may_find_a_parent = reservation.at_call.is_none()
        || head.function_callsite().is_some_and(|callsite| callsite.names_parent);
    if !may_find_a_parent && is_unrecorded(reservation.at_call.as_ref()) {
        return Started::Passive(unrecorded(reservation.at_call));
    }
    Started::Run(reserved(head, reservation))
}

fn reserved(head: Head, mut reservation: Reservation) -> Arc<Run> {
    let head = named(head, &mut reservation);
    Arc::new(Run::reserved(head, reservation, start_by_need))
}

fn reservation(at_call: Option<Context>, is_root: bool) -> Reservation {
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
fn named(head: Head, reservation: &mut Reservation) -> Head {
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

fn set_parent(reservation: &mut Reservation, parent: Parent) {
    if matches!(parent, Parent::Ambient) {
        return;
    }
    reservation.is_named = true;
    let around = reservation.at_call.take();
    if matches!(parent, Parent::Root) && around.is_none() {
        reservation.wants_root = true;
        return;
    }
    let extra = Extra::of_call(parent, given(around.as_ref()));
    reservation.at_call = Some(Context::Scope(extra.into_scope(|| around, None)));
}

fn take_one_shots(reservation: &mut Reservation, scope: &Scope) -> bool {
    let given = scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(one_shots) = given else { return false };
    options(reservation).one_shots = *one_shots;
    true
}

pub(super) fn options(reservation: &mut Reservation) -> &mut Options {
    reservation.options.get_or_insert_default()
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
            return leave_out(run, parent.as_ref());
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

fn bind_reserved(run: &Arc<Run>, mut reservation: Reservation, parent: Option<Context>, lost: Lost) -> Bound {
    if let Some(name) = reservation.options.as_mut().and_then(|options| options.one_shots.name.take()) {
        run.rename(name);
    }
    // gathered apart: the run's own state stays free while parents are started and sinks are told
    let mut given = State::default();
    let bound = bind(&run.head, &mut given, reservation, parent, lost);
    let mut state = run.state();
    state.settings = given.settings;
    if let Some(given) = given.extra {
        state.extra().metadata.extend(given.metadata);
        state.extra().on_end = given.on_end;
    }
    if bound.sink.is_none() {
        state.inputs = None;
    }
    bound
}

/// Gives a run its place, and its state what it inherits.
fn bind(
    head: &Head,
    state: &mut State,
    reservation: Reservation,
    parent: Option<Context>,
    lost: Lost,
) -> Bound {
    let (parent, lost) = match parent {
        Some(parent) if parent.is_copy() => (None, Lost::Copied),
        parent => (parent, lost),
    };
    let inherited = parent.as_ref().and_then(Context::settings);
    let wants_root = reservation.wants_root || wants_roots(parent.as_ref());
    let mut options = reservation.options;
    let settings = settings(head.function_callsite(), options.as_deref_mut(), inherited);
    let one_shots = options.map(|options| options.one_shots);
    let given = one_shots.as_ref().and_then(|one_shots| one_shots.run_id);
    let id = given.filter(|id| !process::is_id_taken(*id));
    let is_silent = parent.is_some() && is_unrecorded(parent.as_ref());
    let known = scopes(parent.as_ref()).find_map(|scope| scope.broken_trace_reason);
    let above = parent.as_ref().and_then(Context::run);
    let request = BindRequest { parent, settings: settings.as_deref(), id, start: None, is_manual: false };
    let mut bound = request.bind();
    if is_silent {
        bound.sink = None;
    }
    state.settings = settings;
    if let Some(given) = given.filter(|_| id.is_none()) {
        counters::DUPLICATE_IDS.add();
        state.metadata("dup_of", given.to_string());
    }
    if let Some(on_end) = one_shots.and_then(|one_shots| one_shots.on_end) {
        state.extra().on_end = Some(on_end.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    match above {
        Some(parent) => {
            adopt(head.callsite(), &parent);
            if let Some(ended) = parent.ended() {
                child_checks::note_late(head.callsite(), state, bound.start, &parent, ended);
            }
        }
        None if wants_root && known.is_none() => {}
        // what is not recorded is no trace
        None if bound.sink.is_none() => {}
        None => broken_trace::note_root(head.callsite(), state, &lost, known),
    }
    bound
}

/// What the run inherits, and what the attribute and its options add to it.
fn settings(
    callsite: Option<&'static Callsite>,
    options: Option<&mut Options>,
    inherited: Option<Arc<Settings>>,
) -> Option<Arc<Settings>> {
    let mut own = options.map(|options| std::mem::take(&mut options.settings)).unwrap_or_default();
    let (tags, project) = callsite.map_or((&[][..], None), |callsite| (callsite.tags, callsite.project));
    if own.is_empty() && tags.is_empty() && project.is_none() {
        return inherited;
    }
    let further = std::mem::replace(&mut own.tags, tags.iter().map(|tag| Cow::Borrowed(*tag)).collect());
    own.add_tags(further);
    let mut settings = own.over(inherited.as_deref());
    settings.project = settings.project.or(project.map(Cow::Borrowed));
    Some(Arc::new(settings))
}

fn wants_roots(parent: Option<&Context>) -> bool {
    scopes(parent).any(|scope| scope.wants_roots)
}
