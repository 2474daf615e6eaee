//! When a run starts: what is called becomes a run under its parent, or is not recorded.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::split;
use crate::context::extra::Extra;
use crate::context::parent::Parent;
use crate::context::rule::choose;
use crate::context::slot::{Ambient, ambient};
use crate::process;
use crate::run::birth::{Birth, root_sink};
use crate::run::head::Head;
use crate::run::node::{Bound, Context, Options, Reservation, Run, Scope, State};
use crate::run::settings::Settings;
use crate::run::site::Site;

/// The number of a call that has not kept its own.
const FOR_ANY_CALL: u64 = 0;

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
    let adds_nothing =
        head.site().is_some_and(|site| !site.is_root && site.tags.is_empty() && site.project.is_none());
    if adds_nothing && let Ambient::Here(Context::Run(parent)) = &around {
        return start_under(head, parent);
    }
    let was_fenced = matches!(around, Ambient::Fenced);
    let mut reservation = reservation(around.context(), 0, head.site().is_some_and(|site| site.is_root));
    if is_unrecorded(reservation.at_call.as_ref()) {
        return Started::Passive(reservation.at_call.unwrap_or(Context::Silent));
    }
    let parent = reservation.at_call.take();
    let head = named(head, &mut reservation);
    let mut state = State::default();
    let bound = bind(&head, &mut state, reservation, parent, was_fenced);
    Started::Run(Arc::new(Run::placed(head, bound, state)))
}

/// The common case: a function that adds nothing to what it inherits, called in a run.
fn start_under(head: Head, parent: &Arc<Run>) -> Started {
    let settings = parent.state().settings.clone();
    if !parent.is_recorded() {
        return Started::Passive(Context::Run(parent.clone()));
    }
    let parent = Some(Context::Run(parent.clone()));
    let birth = Birth { parent, settings: settings.as_deref(), id: None, start: None, by_hand: false };
    let bound = birth.bind();
    Started::Run(Arc::new(Run::placed(head, bound, State { settings, ..State::default() })))
}

/// Makes a run that starts later: at its first poll, or when a child needs it. `None`: nothing is recorded here, and
/// the call has no context; it may still find one when it starts.
pub(super) fn reserve(head: Head, number: u64) -> Option<Started> {
    let is_root = head.site().is_some_and(|site| site.is_root);
    let reservation = reservation(ambient().context(), number, is_root);
    if head.site().is_some_and(|site| site.names_parent) {
        // the attribute names a parent next, which may be recorded although nothing here is
        return Some(Started::Run(reserved(head, reservation)));
    }
    match reservation.at_call {
        None if root_sink(None, false).is_none() => None,
        Some(context) if is_unrecorded(Some(&context)) => Some(Started::Passive(context)),
        _ => Some(Started::Run(reserved(head, reservation))),
    }
}

/// A call that was made where there was nothing, and starts where there may be something.
pub(super) fn start_later(head: Head) -> Started {
    match ambient().context() {
        None => Started::Passive(Context::Silent),
        Some(context) if is_unrecorded(Some(&context)) => Started::Passive(context),
        Some(_) => Started::Run(reserved(head, reservation(None, FOR_ANY_CALL, false))),
    }
}

fn reserved(head: Head, mut reservation: Reservation) -> Arc<Run> {
    let head = named(head, &mut reservation);
    Arc::new(Run::reserved(head, reservation, start_reserved))
}

fn reservation(at_call: Option<Context>, number: u64, is_root: bool) -> Reservation {
    let mut reservation = Reservation { at_call, is_named: false, wants_root: false, number, options: None };
    if let Some(Context::Scope(scope)) = &reservation.at_call {
        let scope = scope.clone();
        take_one_shots(&mut reservation, &scope);
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
    let (run_type, method, site) = (head.run_type(), head.method(), head.site());
    let mut renamed = Head::new(name, run_type, method);
    if let Head::Own(own) = &mut renamed {
        own.site = site;
    }
    renamed
}

/// The parent is this one, and not what is current; unless an `Extra` around this very call names one.
pub(super) fn name_parent(reservation: &mut Reservation, parent: Parent) {
    let is_named_for_call = matches!(&reservation.at_call, Some(Context::Scope(scope)) if scope.names_parent);
    if is_named_for_call || matches!(parent, Parent::Ambient) {
        return;
    }
    reservation.is_named = true;
    let around = reservation.at_call.take();
    if matches!(parent, Parent::Root) && around.is_none() {
        reservation.wants_root = true;
        return;
    }
    reservation.at_call = Some(Context::Scope(Extra::new().parent(parent).into_scope(|| around, 0)));
}

fn take_one_shots(reservation: &mut Reservation, scope: &Scope) {
    let given = scope.one_shots.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(one_shots) = given {
        options(reservation).one_shots = *one_shots;
    }
}

pub(super) fn options(reservation: &mut Reservation) -> &mut Options {
    reservation.options.get_or_insert_default()
}

/// The starter of reserved runs.
fn start_reserved(run: &Arc<Run>) -> Bound {
    let Some(mut reservation) = run.state().reservation.take() else { return Bound::nowhere(run) };
    let around = ambient();
    let was_fenced = matches!(around, Ambient::Fenced);
    let at_start = around
        .context()
        // while its own plain statements run, a run is what is current for them
        .filter(|context| !matches!(context, Context::Run(current) if Arc::ptr_eq(current, run)));
    let at_call = reservation.at_call.take();
    let parent = match at_start {
        // `.with_parent(..)` directly on what this call returned
        Some(Context::Scope(scope))
            if scope.for_call != 0
                && (scope.for_call == reservation.number || reservation.number == FOR_ANY_CALL) =>
        {
            take_one_shots(&mut reservation, &scope);
            reservation.wants_root |= scope.wants_roots;
            Some(Context::Scope(scope))
        }
        _ if reservation.is_named => at_call,
        at_start => choose(at_call, at_start),
    };
    bind(&run.head, &mut run.state(), reservation, parent, was_fenced)
}

/// Gives a run its place, and its state what it inherits.
fn bind(
    head: &Head,
    state: &mut State,
    reservation: Reservation,
    parent: Option<Context>,
    was_fenced: bool,
) -> Bound {
    let inherited = parent.as_ref().and_then(Context::settings);
    let wants_root = reservation.wants_root || wants_roots(parent.as_ref());
    let mut options = reservation.options;
    let settings = settings(head.site(), options.as_deref_mut(), inherited);
    let one_shots = options.map(|options| options.one_shots);
    let given = one_shots.as_ref().and_then(|one_shots| one_shots.run_id);
    let id = given.filter(|id| !process::is_id_taken(*id));
    let is_silenced = settings.as_ref().is_some_and(|settings| settings.enabled == Some(false));
    let birth = Birth { parent, settings: settings.as_deref(), id, start: None, by_hand: false };
    let mut bound = birth.bind();
    if is_silenced {
        bound.sink = None;
    }
    state.settings = settings;
    if let Some(given) = given.filter(|_| id.is_none()) {
        state.metadata("dup_of", given.to_string());
    }
    if let Some(on_end) = one_shots.and_then(|one_shots| one_shots.on_end) {
        state.extra().on_end = Some(on_end);
    }
    if bound.sink.is_none() {
        state.inputs = None;
    }
    if bound.parent_run_id.is_none()
        && !wants_root
        && let Some(reason) = split::reason(was_fenced)
    {
        state.metadata("split_reason", reason);
        if let Some(site) = head.site() {
            state.metadata("split_site", site.to_string());
        }
    }
    bound
}

/// What the run inherits, and what the attribute and its options add to it.
fn settings(
    site: Option<&'static Site>,
    options: Option<&mut Options>,
    inherited: Option<Arc<Settings>>,
) -> Option<Arc<Settings>> {
    let metadata = options.map(|options| std::mem::take(&mut options.metadata)).filter(|all| !all.is_empty());
    let tags = site.map_or(&[][..], |site| site.tags);
    let project = site.and_then(|site| site.project);
    if tags.is_empty() && project.is_none() && metadata.is_none() {
        return inherited;
    }
    let own = Settings {
        tags: tags.iter().map(|tag| Cow::Borrowed(*tag)).collect(),
        metadata: metadata.unwrap_or_default(),
        ..Settings::default()
    };
    let mut settings = own.over(inherited.as_deref());
    settings.project = settings.project.or(project.map(Cow::Borrowed));
    Some(Arc::new(settings))
}

fn wants_roots(parent: Option<&Context>) -> bool {
    let mut at = parent;
    while let Some(Context::Scope(scope)) = at {
        if scope.wants_roots {
            return true;
        }
        at = scope.up.as_ref();
    }
    false
}

/// Whether what is called under this is not recorded.
fn is_unrecorded(parent: Option<&Context>) -> bool {
    match parent {
        None => root_sink(None, false).is_none(),
        Some(Context::Silent) => true,
        Some(Context::Run(run)) => !run.is_recorded(),
        Some(Context::Scope(scope)) => {
            let settings = scope.settings.as_deref();
            let is_silenced = settings.is_some_and(|settings| settings.enabled == Some(false));
            is_silenced
                || match scope.up.as_ref().and_then(Context::run) {
                    Some(run) => !run.is_recorded(),
                    None => root_sink(settings, false).is_none(),
                }
        }
    }
}
