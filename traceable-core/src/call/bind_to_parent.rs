//! Binding a call's run: its parent, what it inherits, and what is noted about it.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::broken_trace::{self, Lost};
use super::recording::is_unrecorded;
use crate::callsite::function::Callsite;
use crate::context::scope_settings::scopes;
use crate::run::bind::BindRequest;
use crate::run::child_checks;
use crate::run::head::{CallsiteLabels, RunHead};
use crate::run::inherited_settings::Settings;
use crate::run::node::{Bound, Context, Options, Reservation, Run, State};

/// A run of this function has become a child of this one.
#[inline]
pub(super) fn adopt(callsite: Option<&'static Callsite>, parent: &Arc<Run>) {
    child_checks::count(parent);
    broken_trace::note_child(callsite, parent);
}

pub(super) fn bind_reserved(
    run: &Arc<Run>,
    mut reservation: Reservation,
    parent: Option<Context>,
    lost: Lost,
) -> Bound {
    if let Some(name) = reservation.options.as_mut().and_then(|options| options.one_shots.name.take()) {
        run.rename(name);
    }
    // gathered apart: the run's own state stays free while parents are started and operations submitted
    let mut given = State::default();
    let bound = bind(&run.head, &mut given, reservation, parent, lost);
    let mut state = run.state();
    state.settings = given.settings;
    if let Some(given) = given.extra {
        let extra = state.extra();
        extra.metadata.extend(given.metadata);
        extra.fields.extend(given.fields);
        (extra.on_end, extra.given_id) = (given.on_end, given.given_id);
    }
    if bound.sink.is_none() {
        state.inputs = None;
    }
    bound
}

/// Gives a run its place, and its state what it inherits.
pub(super) fn bind(
    head: &RunHead,
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
    let settings = settings(head.labels(), options.as_deref_mut(), inherited);
    let one_shots = options.map(|options| options.one_shots);
    let id = one_shots.as_ref().and_then(|one_shots| one_shots.run_id);
    let is_silent = parent.is_some() && is_unrecorded(parent.as_ref());
    let known = scopes(parent.as_ref()).find_map(|scope| scope.broken_trace_reason);
    let above = parent.as_ref().and_then(Context::run);
    let bound =
        BindRequest { parent, settings, id, start: None, is_manual: false, is_silent }.bind(head, state);
    if let Some(one_shots) = one_shots.as_ref().filter(|one_shots| !one_shots.fields.is_empty()) {
        state.extra().add_fields(&one_shots.fields);
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
    CallsiteLabels { tags, project }: CallsiteLabels,
    options: Option<&mut Options>,
    inherited: Option<Arc<Settings>>,
) -> Option<Arc<Settings>> {
    let mut own = options.map(|options| std::mem::take(&mut options.settings)).unwrap_or_default();
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
