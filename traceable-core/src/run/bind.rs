//! Binding a run: to its parent, or as the root of a trace.

use std::sync::Arc;

use uuid::Uuid;

use super::inherited_settings::Settings;
use super::node::{Bound, Context, RareSettings, Run};
use crate::identity::id::new_run_id;
use crate::identity::time::Timestamp;
use crate::process;
use crate::sink::run_sink::RunSink;

/// What is asked for; the rest follows from the parent.
pub(crate) struct BindRequest<'a> {
    /// The node that the run attaches to; what it inherits is in `settings` already.
    pub(crate) parent: Option<Context>,
    pub(crate) settings: Option<&'a Settings>,
    pub(crate) id: Option<Uuid>,
    pub(crate) start: Option<Timestamp>,
    /// Records it although the process has tracing off: it is a manual run.
    pub(crate) is_manual: bool,
}

impl BindRequest<'_> {
    pub(crate) fn bind(self) -> Bound {
        match self.parent.as_ref().and_then(Context::run) {
            Some(run) => self.child_of(&run),
            None => self.root(),
        }
    }

    fn child_of(self, parent: &Arc<Run>) -> Bound {
        let above = parent.bound();
        // a child never starts before its parent: LangSmith sorts by the order of the starts
        let start = self.start.unwrap_or_else(Timestamp::now).max(above.start);
        let sink = match (&above.sink, self.settings.and_then(|s| s.sink.clone())) {
            // a run of another process has no sink: its children go where a root would
            _ if above.remote().is_some_and(|remote| remote.is_sampled) => {
                root_sink(self.settings, self.is_manual)
            }
            // what was not sampled stays so, whatever sink is named below
            (None, _) => None,
            (Some(_), Some(other)) => Some(other),
            (Some(inherited), None) => Some(inherited.clone()),
        };
        Bound {
            depth: self.parent.as_ref().map_or(0, |parent| parent.depth().saturating_add(1)),
            up: self.parent,
            id: self.id.unwrap_or_else(|| new_run_id(start)),
            trace_id: above.trace_id,
            parent_run_id: Some(above.id),
            start,
            sink,
            rare: above.rare.as_ref().and_then(inherited),
        }
    }

    fn root(self) -> Bound {
        let start = self.start.unwrap_or_else(Timestamp::now_at_root);
        let id = self.id.unwrap_or_else(|| new_run_id(start));
        let settings = self.settings;
        Bound {
            depth: self.parent.as_ref().map_or(0, |parent| parent.depth().saturating_add(1)),
            up: self.parent,
            id,
            trace_id: id,
            parent_run_id: None,
            start,
            sink: root_sink(settings, self.is_manual).filter(|_| process::samples(id)),
            rare: settings.and_then(rare),
        }
    }
}

fn rare(settings: &Settings) -> Option<Arc<RareSettings>> {
    let (project, reference_example_id) = (settings.project.clone(), settings.reference_example_id);
    let is_rare = project.is_some() || reference_example_id.is_some();
    is_rare.then(|| Arc::new(RareSettings { project, reference_example_id, ..RareSettings::default() }))
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

/// Where a trace that begins here goes; `None`: it is not recorded.
pub(crate) fn root_sink(settings: Option<&Settings>, is_manual: bool) -> Option<Arc<dyn RunSink>> {
    let enabled = settings.and_then(|s| s.enabled).unwrap_or_else(|| is_manual || process::is_enabled());
    if !enabled {
        return None;
    }
    settings.and_then(|s| s.sink.clone()).or_else(process::default_sink)
}
