//! What happens to a run, told to a sink.

use std::borrow::Cow;

/// Short text that is nearly always a literal.
pub(crate) type Text = Cow<'static, str>;

pub(crate) mod ancestry;
pub(crate) mod birth;
pub(crate) mod callsite;
pub(crate) mod change;
pub(crate) mod child;
pub(crate) mod describe;
pub(crate) mod head;
pub(crate) mod keep_open;
pub(crate) mod lifecycle;
pub(crate) mod node;
pub(crate) mod object;
pub(crate) mod operation;
pub(crate) mod place;
pub(crate) mod replaced;
pub(crate) mod run_tree;
pub(crate) mod run_type;
pub(crate) mod scope;
pub(crate) mod settings;
pub(crate) mod sink;
