//! The options that the user gave, each with its key.

use syn::{Expr, Ident, LitStr, Path};

use super::run_type::RunType;
use super::value::Field;
use crate::return_type::Kind;

/// An option and its key, whose span messages point at.
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) krate: Option<Given<Path>>,
    pub(crate) name: Option<Given<Expr>>,
    pub(crate) run_type: Option<Given<RunType>>,
    pub(crate) tags: Option<Given<Vec<Expr>>>,
    pub(crate) metadata: Option<Given<Vec<Field>>>,
    /// with the keys of the metadata that they become
    pub(crate) model: Option<Given<Vec<Field>>>,
    pub(crate) project: Option<Given<Expr>>,
    pub(crate) parent: Option<Given<Expr>>,
    pub(crate) root: Option<Given<()>>,
    pub(crate) child_only: Option<Given<()>>,
    pub(crate) enabled: Option<Given<Expr>>,
    pub(crate) skip: Option<Given<Vec<Ident>>>,
    pub(crate) skip_all: Option<Given<()>>,
    pub(crate) debug: Option<Given<Vec<Ident>>>,
    pub(crate) display: Option<Given<Vec<Ident>>>,
    pub(crate) inputs: Option<Given<Vec<Field>>>,
    pub(crate) skip_output: Option<Given<()>>,
    pub(crate) process_inputs: Option<Given<Expr>>,
    pub(crate) process_outputs: Option<Given<Expr>>,
    pub(crate) process_chunk: Option<Given<Expr>>,
    pub(crate) reduce: Option<Given<Expr>>,
    pub(crate) aggregate: Option<Given<(Expr, Expr)>>,
    pub(crate) process_error: Option<Given<Expr>>,
    pub(crate) handled: Option<Given<Expr>>,
    /// `"ok"` or `"error"`
    pub(crate) on_cancel: Option<Given<LitStr>>,
    pub(crate) kind: Option<Given<Kind>>,
    /// `allow(lost_context)`
    pub(crate) allow_lost_context: Option<Given<()>>,
}

impl Options {
    /// The expressions that run at the call, before the arguments move.
    pub(crate) fn call_expressions(&self) -> impl Iterator<Item = &Expr> {
        let metadata = [&self.metadata, &self.model].into_iter().flatten();
        let metadata = metadata.flat_map(|given| given.value.iter().map(|field| &field.value));
        let single = [&self.enabled, &self.parent].into_iter().flatten().map(|given| &given.value);
        single.chain(metadata)
    }

    /// The expressions of `inputs(..)`.
    pub(crate) fn input_expressions(&self) -> impl Iterator<Item = &Expr> {
        self.inputs.iter().flat_map(|given| given.value.iter().map(|field| &field.value))
    }
}
