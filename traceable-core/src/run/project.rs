//! In which project a run is: that of the trace. What a run of another process does not tell of it may be named beside
//! that run; any other project that is named below a run is none, and is reported.

use std::sync::Arc;

use super::head::RunHead;
use super::inherited_settings::Settings;
use super::node::{Bound, RareSettings, Run, State};
use crate::callsite::report_once::Notice;
use crate::diagnostics::hook::{DiagnosticKind, report};
use crate::sink::run_sink::RunSink;

impl Bound {
    /// Whether it is known in which project, or at which address, the trace is. What another process does not tell is unknown:
    /// it need not be the default here.
    pub(super) fn knows_its_project(&self) -> bool {
        self.remote().is_none() || self.project().is_some() || self.address().is_some()
    }
}

/// The rare settings of a root.
pub(super) fn of_root(settings: Option<&Settings>) -> Option<Arc<RareSettings>> {
    let settings = settings?;
    let (project, reference_example_id) = (settings.project.clone(), settings.reference_example_id);
    let is_rare = project.is_some() || reference_example_id.is_some();
    is_rare.then(|| Arc::new(RareSettings { project, reference_example_id, ..RareSettings::default() }))
}

/// The rare settings of a child. Its settings go to its state.
#[inline]
pub(super) fn of_child(
    parent: &Run,
    settings: Option<Arc<Settings>>,
    sink: Option<&dyn RunSink>,
    head: &RunHead,
    state: &mut State,
) -> Option<Arc<RareSettings>> {
    state.settings = settings;
    let above = parent.started()?;
    let named = state.settings.as_deref().and_then(|settings| settings.project.as_ref());
    if !above.knows_its_project() {
        let project = named?.clone();
        return Some(Arc::new(RareSettings { project: Some(project), ..RareSettings::default() }));
    }
    let on_attribute = head.function_callsite().and_then(|callsite| callsite.project);
    if (named.is_some() || on_attribute.is_some()) && sink.is_some() {
        note_unused(parent, above, sink, head, state);
    }
    above.rare.as_ref().and_then(inherited)
}

/// A child is in its parent's project, or at its address; the rest is not its own.
fn inherited(above: &Arc<RareSettings>) -> Option<Arc<RareSettings>> {
    if above.remote.is_none() && above.reference_example_id.is_none() {
        return Some(above.clone());
    }
    let (project, address) = (above.project.clone(), above.address.clone());
    let is_rare = project.is_some() || address.is_some();
    is_rare.then(|| Arc::new(RareSettings { project, address, ..RareSettings::default() }))
}

/// A project may be named for this child that is not the trace's.
#[cold]
fn note_unused(parent: &Run, above: &Bound, sink: Option<&dyn RunSink>, head: &RunHead, state: &mut State) {
    let project = above.project();
    let named = state.settings.as_ref().and_then(|settings| settings.project.clone());
    let named = named.filter(|named| Some(named) != project);
    if named.is_some() {
        // children, and what goes to another process, are to find the one that holds
        let mut settings = state.settings.as_deref().cloned().unwrap_or_default();
        settings.project = project.cloned();
        state.settings = Some(Arc::new(settings));
    }
    let on_attribute = head.function_callsite().and_then(|callsite| callsite.project);
    let Some(named) = named.as_deref().or(on_attribute) else { return };
    let by_default = sink.and_then(RunSink::default_project).filter(|_| above.address().is_none());
    let holds = project.map(AsRef::as_ref).or(by_default);
    if holds == Some(named) {
        return;
    }
    if let Some(callsite) = head.callsite()
        && callsite.history.reports.is_due(Notice::UnusedProject)
    {
        let above = match above.remote() {
            Some(_) => "a run of another process that tells its own".to_owned(),
            None => format!("`{}`", parent.name()),
        };
        let text = format!(
            "unused project: `{}` ({}:{}) was to be in the project {named:?}, and runs below {above}: a run is in the \
             project of its trace. Name the project where the trace begins, or begin a trace: `#[traceable(root)]`, or \
             `detached(|| ..)` around the call.",
            head.name(),
            callsite.file,
            callsite.line,
        );
        report(DiagnosticKind::UnusedProject, text);
    }
}
