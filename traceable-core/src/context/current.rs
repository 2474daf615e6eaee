//! The current run: `RunTree::current`, and `run.scope(..)`.

use super::ambient::ambient;
use super::extra::Extra;
use crate::run::node::Context;
use crate::run::run_tree::RunTree;

impl RunTree {
    /// The run that the code is in: the innermost traced call, or the parent that a scope named. `None` outside
    /// any.
    #[must_use = "this looks up the current run and changes nothing"]
    pub fn current() -> Option<RunTree> {
        ambient().context().as_ref().and_then(Context::run).map(RunTree::of)
    }

    /// Runs `f` with this run as the parent of what is called inside: short for
    /// `Extra::new().parent(self).call(f)`.
    ///
    /// A future, stream or iterator that a traced function returns inside keeps this parent outside.
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        Extra::new().parent(self).call(f)
    }
}

/// The run that the code is in, see [`RunTree::current`].
#[must_use = "this looks up the current run and changes nothing"]
pub fn current_run_tree() -> Option<RunTree> {
    RunTree::current()
}
