//! There is a word for a call without a parent, and one for the current run.

use traceable::traceable;

#[traceable(parent = None)]
fn none() {}

#[traceable(parent = Option::<&traceable::RunTree>::None)]
fn typed() {}

#[traceable(parent = "ignore")]
fn ignore() {}

#[traceable(parent = false)]
fn no() {}

// a dotted order, and an `Option` of the caller's, are parents; the argument is no input then
#[traceable(parent = Some(run))]
fn some(run: &traceable::RunTree) {}

fn main() {
    some(&traceable::RunTree::inactive());
}
