//! Whether a call is recorded, decided before it starts: one that is not costs next to nothing, and is no run.

use std::sync::Arc;

use crate::context::scope_settings::scopes;
use crate::run::bind::root_sink;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Context, Run, Scope};
use crate::run::run_tree::RunTree;

/// Whether what is called under this is not recorded.
pub(super) fn is_unrecorded(parent: Option<&Context>) -> bool {
    match without_empty_scopes(parent) {
        None => root_sink(None, false).is_none(),
        Some(Context::Off) => true,
        Some(Context::Run(run)) => !run.is_recorded(),
        Some(around @ Context::Scope(scope)) => {
            let settings = around.settings_so_far();
            let settings = settings.as_deref();
            is_switched_off(settings)
                || match scope.up.as_ref().and_then(Context::run) {
                    Some(run) => !run.is_recorded(),
                    None => {
                        // a trace that began while tracing was off stays off, but for what names a sink of its own
                        let is_in_silence =
                            scopes(Some(around)).any(|at| matches!(at.up, Some(Context::Off)));
                        let asks_for_it = settings.is_some_and(|settings| settings.enabled == Some(true));
                        (is_in_silence && !asks_for_it) || root_sink(settings, false).is_none()
                    }
                }
        }
    }
}

/// What gives nothing changes nothing here. To ask it what it inherits would take a look at all runs above that have not
/// started.
fn without_empty_scopes(mut parent: Option<&Context>) -> Option<&Context> {
    while let Some(Context::Scope(scope)) = parent
        && scope.gives_nothing()
    {
        parent = scope.up.as_ref();
    }
    parent
}

fn is_switched_off(settings: Option<&Settings>) -> bool {
    settings.is_some_and(|settings| settings.enabled == Some(false))
}

/// Whether it is a reserved run that would not be recorded if it started now.
pub(super) fn is_in_doubt(run: &Arc<Run>) -> bool {
    run.started().is_none() && is_doubtful(run)
}

/// Whether a reserved run would not be recorded if it started now: nothing of it need be serialised.
pub(super) fn is_doubtful(run: &Arc<Run>) -> bool {
    let at_call = run.state().reservation.as_ref().map(|reservation| reservation.at_call.clone());
    at_call.is_some_and(|at_call| is_unrecorded(at_call.as_ref()))
}

/// Whether a call that was made in this is left out, whatever is put on it: nothing is recorded there, or would be if
/// that had to start now.
pub(super) fn is_left_out(at_call: Option<&Context>) -> bool {
    let is_unrecorded_now =
        |at_call| is_unrecorded(Some(at_call)) || at_call.run_ref().is_some_and(is_in_doubt);
    !is_nowhere(at_call) && at_call.is_some_and(is_unrecorded_now)
}

/// Whether a call that was made in this is in no trace, recorded or not: there is nothing, or scopes around nothing.
pub(super) fn is_nowhere(at_call: Option<&Context>) -> bool {
    let Some(Context::Scope(nearest)) = at_call else { return at_call.is_none() };
    let is_silenced = || is_switched_off(at_call.and_then(Context::settings_so_far).as_deref());
    scopes(at_call).last().unwrap_or(nearest).up.is_none() && !is_silenced()
}

/// The context of a call that is not recorded: a trace that begins while tracing is off stays off.
pub(super) fn unrecorded(around: Option<Context>) -> Context {
    match around {
        Some(around @ Context::Scope(_)) => {
            let is_silenced = is_switched_off(around.settings_so_far().as_deref());
            let stays = is_silenced || around.run_ref().is_some();
            if stays { Scope::inside_call(around) } else { Context::Off }
        }
        Some(context) => context,
        None => Context::Off,
    }
}

/// The handle of a call that is left out here. In a trace that is not recorded it leads there, and says so, to other
/// processes too.
pub(super) fn left_out_handle(around: &Context) -> RunTree {
    let run = around.run_ref().filter(|run| !run.is_recorded());
    run.cloned().map_or_else(RunTree::inactive, RunTree::of)
}
