//! Which id a run has: the one that it was given, unless that names another run, or a fresh one.

use std::sync::Arc;

use uuid::Uuid;

use super::head::RunHead;
use super::node::{Context, Run, State};
use crate::callsite::report_once::Notice;
use crate::diagnostics::counters;
use crate::diagnostics::hook::{DiagnosticKind, report};
use crate::identity::id::{is_own_run_id, own_run_id};
use crate::identity::time::Timestamp;
use crate::process;

/// The id of a run that was given none, or one that is taken. It cannot be one that was given to another run.
#[inline]
pub(super) fn fresh(start: Timestamp) -> Uuid {
    own_run_id(start)
}

/// Claims an id that the program gave to a run, for as long as the run is held. `None`: it names another run, and the run
/// says so.
#[cold]
pub(super) fn claim(
    given: Uuid,
    parent: Option<&Arc<Run>>,
    head: &RunHead,
    state: &mut State,
) -> Option<Uuid> {
    let is_taken =
        is_own_run_id(given) || parent.is_some_and(|parent| is_above_in_other_processes(parent, given));
    match process::claim_id(given).filter(|_| !is_taken) {
        Some(claim) => {
            state.extra().given_id = Some(claim);
            Some(given)
        }
        None => {
            note_duplicate(given, head, state);
            None
        }
    }
}

/// Whether a run of another process, on the way to this one, has the id. The runs of this process are known as long as
/// somebody is below them.
fn is_above_in_other_processes(parent: &Arc<Run>, id: Uuid) -> bool {
    let mut at = Some(parent);
    while let Some(bound) = at.and_then(|run| run.started()) {
        if let Some(remote) = bound.remote() {
            return remote.order.run_ids().any(|above| above == id);
        }
        at = bound.up.as_ref().and_then(Context::run_ref);
    }
    false
}

fn note_duplicate(given: Uuid, head: &RunHead, state: &mut State) {
    counters::DUPLICATE_IDS.add();
    state.metadata("dup_of", given.to_string());
    if let Some(callsite) = head.callsite()
        && callsite.history.reports.is_due(Notice::DuplicateRunId)
    {
        let text = format!(
            "duplicate run id: `{}` ({}:{}) was given the id {given}, which names another run. It got a fresh one, and \
             `metadata.dup_of` names this one. Give each run an id of its own: `new_run_id(Timestamp::now())`.",
            head.name(),
            callsite.file,
            callsite.line,
        );
        report(DiagnosticKind::DuplicateRunId, text);
    }
}
