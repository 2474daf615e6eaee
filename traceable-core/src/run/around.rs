//! What a trace takes from the context around it that begins there, or continues one of another process.

use super::inherited_settings::Settings;
use super::node::{Context, Run};

/// Whether what is put under this parent leaves the context around it.
pub(crate) fn goes_away(parent: Option<&Context>) -> bool {
    parent.and_then(Context::run_ref).is_none_or(|run| run.is_of_another_process())
}

impl Settings {
    /// A trace of its own, or of another process, still goes where everything around it goes, or nowhere. It is in the
    /// project around it if that of its parent is unknown.
    pub(crate) fn take_from_around(&mut self, around: &Settings, parent: Option<&Context>) {
        let unknown = |run: &Run| run.started().is_some_and(|bound| !bound.knows_its_project());
        self.sink = self.sink.take().or_else(|| around.sink.clone());
        self.enabled = self.enabled.or(around.enabled);
        if parent.and_then(Context::run_ref).is_some_and(|run| unknown(run)) {
            self.project = self.project.take().or_else(|| around.project.clone());
        }
    }
}
