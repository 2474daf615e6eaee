//! The current run: `RunTree::current`, and `run.scope(..)`.

use super::ambient::ambient;
use super::extra::Extra;
use crate::run::node::Context;
use crate::run::run_tree::RunTree;

impl RunTree {
    /// The run that the code is in: the innermost traced call, or the parent that a scope named.
    ///
    /// `None` outside any. While tracing is off that is everywhere, also inside a traced function: do not unwrap it in a
    /// program. [`current_or_inactive`](Self::current_or_inactive) always gives a handle.
    #[must_use = "this looks up the current run and changes nothing"]
    pub fn current() -> Option<RunTree> {
        ambient().context().as_ref().and_then(Context::run).map(RunTree::of)
    }

    /// As [`current`](Self::current), and an [inactive](Self::inactive) handle where there is no run: its methods do
    /// nothing, and as a parent it means the ambient context. So the same code runs with tracing on and off.
    ///
    /// ```
    /// use traceable_core::RunTree;
    ///
    /// fn answer(question: &str) -> String {
    ///     RunTree::current_or_inactive().add_metadata("length", question.len()).add_tags(["short"]);
    ///     question.to_owned()
    /// }
    /// assert_eq!(answer("why?"), "why?");
    /// assert!(!RunTree::current_or_inactive().is_active());
    /// ```
    #[must_use = "this looks up the current run and changes nothing"]
    pub fn current_or_inactive() -> RunTree {
        RunTree::current().unwrap_or_default()
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
