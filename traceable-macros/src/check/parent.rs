//! The parent as a parameter: `#[parent] run: &RunTree`, which `child_only` requires.

use syn::{Expr, Ident};

use crate::message::{self, Mistakes};
use crate::options::{Given, Options};
use crate::signature::ParentParameter;

/// Turns the parameter into the option `parent = run`. A conflict names both sides.
pub(super) fn apply(options: &mut Options, parameter: Option<&ParentParameter>, mistakes: &mut Mistakes) {
    if let Some(child_only) = &options.child_only {
        if let Some(root) = &options.root {
            message::exclude(mistakes, &child_only.key, &root.key, "means that there is always a parent");
            return;
        }
        if let Some(parent) = &options.parent {
            message::exclude(mistakes, &child_only.key, &parent.key, "takes its parent from a parameter");
            return;
        }
        if parameter.is_none() {
            mistakes.push(message::needs_parent(&child_only.key));
        }
    }
    let Some(parameter) = parameter else { return };
    if let Some(parent) = &options.parent {
        message::two_parents(mistakes, parent.key.span(), parameter.mark);
        return;
    }
    let path = syn::ExprPath { attrs: Vec::new(), qself: None, path: parameter.name.clone().into() };
    options.parent = Some(Given { key: Ident::new("parent", parameter.mark), value: Expr::Path(path) });
}
