//! `Parent` and `IntoParent`: parents that are named.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::remote_run::Headers;
use crate::identity::dotted_order::DottedOrder;
use crate::run::run_tree::RunTree;

/// The parent of a call, where it is named instead of found.
///
/// "Ambient" is not "root": an absent parent leaves the choice to the context.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Parent {
    /// The current run, if any: an absent parent, or an inactive [`RunTree`].
    #[default]
    Ambient,
    /// None: the call begins a trace of its own. LangSmith's `"ignore"`.
    Root,
    /// This run.
    Run(RunTree),
    /// A parent from outside that could not be read: the call begins a trace of its own, and its metadata says so.
    Unreadable,
}

/// What can be named as a parent: `&RunTree`, `Option<&RunTree>` (where `None` is the ambient context), a
/// [`DottedOrder`] or its text, a map of request headers, or a [`Parent`].
///
/// Malformed or empty text or headers mean a root, never the ambient context: the caller said that the parent comes from
/// outside.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parent of a run",
    label = "not a parent",
    note = "a parent is a `&RunTree`, an `Option<&RunTree>`, a dotted order, a map of request headers, or a `Parent`"
)]
pub trait IntoParent {
    /// The parent it names.
    fn to_parent(&self) -> Parent;
}

/// A parent that always names a run: a [`RunTree`] or a [`DottedOrder`], but not an `Option`, a text or headers, which
/// may name none.
///
/// `#[traceable(child_only)]` requires it of the `#[parent]` parameter, so a call without a parent does not compile. A
/// type of your own that carries its run may promise it too:
///
/// ```
/// use traceable_core::{IntoParent, Parent, ParentRun, RunTree};
///
/// struct Request { run: RunTree }
///
/// impl IntoParent for Request {
///     fn to_parent(&self) -> Parent { self.run.to_parent() }
/// }
/// impl ParentRun for Request {}
/// ```
///
/// A handle that is [inactive](RunTree::is_active) names none: here as elsewhere, it means the current run.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not always name a run, which `child_only` asks for",
    label = "may name no run",
    note = "pass a `&RunTree`, a `RunTree`, an `Arc<RunTree>` or a `DottedOrder`; the run of a calling function is its \
            parameter `#[run_tree] run: RunTree`",
    note = "or leave `child_only` out: a `#[parent]` parameter is then whatever implements `IntoParent`"
)]
pub trait ParentRun: IntoParent {}

impl ParentRun for RunTree {}
impl ParentRun for DottedOrder {}
impl<T: ParentRun + ?Sized> ParentRun for &T {}
impl<T: ParentRun + ?Sized> ParentRun for Arc<T> {}

/// The parent of a call that must have one.
#[inline]
pub fn parent_run<P: ParentRun + ?Sized>(parent: &P) -> &P {
    parent
}

impl IntoParent for Parent {
    fn to_parent(&self) -> Parent {
        self.clone()
    }
}

impl IntoParent for RunTree {
    fn to_parent(&self) -> Parent {
        if self.is_active() { Parent::Run(self.clone()) } else { Parent::Ambient }
    }
}

impl<T: IntoParent + ?Sized> IntoParent for &T {
    fn to_parent(&self) -> Parent {
        (**self).to_parent()
    }
}

impl<T: IntoParent + ?Sized> IntoParent for Arc<T> {
    fn to_parent(&self) -> Parent {
        (**self).to_parent()
    }
}

impl<T: IntoParent> IntoParent for Option<T> {
    fn to_parent(&self) -> Parent {
        self.as_ref().map(IntoParent::to_parent).unwrap_or_default()
    }
}

impl IntoParent for DottedOrder {
    fn to_parent(&self) -> Parent {
        Parent::Run(RunTree::from_dotted_order(self))
    }
}

impl IntoParent for str {
    fn to_parent(&self) -> Parent {
        self.parse::<DottedOrder>().map_or(Parent::Unreadable, |order| order.to_parent())
    }
}

impl IntoParent for String {
    fn to_parent(&self) -> Parent {
        self.as_str().to_parent()
    }
}

fn from_headers(headers: &(impl Headers + ?Sized)) -> Parent {
    match RunTree::from_headers(headers) {
        Ok(Some(run)) => Parent::Run(run),
        Ok(None) => Parent::Root,
        Err(_) => Parent::Unreadable,
    }
}

impl<S> IntoParent for HashMap<String, String, S> {
    fn to_parent(&self) -> Parent {
        from_headers(self)
    }
}

impl IntoParent for BTreeMap<String, String> {
    fn to_parent(&self) -> Parent {
        from_headers(self)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> IntoParent for [(K, V)] {
    fn to_parent(&self) -> Parent {
        from_headers(self)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> IntoParent for [(K, V); N] {
    fn to_parent(&self) -> Parent {
        from_headers(self.as_slice())
    }
}

impl<K: AsRef<str>, V: AsRef<str>> IntoParent for Vec<(K, V)> {
    fn to_parent(&self) -> Parent {
        from_headers(self.as_slice())
    }
}
