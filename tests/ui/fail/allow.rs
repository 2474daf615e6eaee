//! `allow(..)` is for a warning of ours.
use traceable::traceable;

#[traceable(allow(lost_contxt))]
fn misspelt() {}

#[traceable(allow(unused))]
fn another() {}

#[traceable(allow)]
fn nothing() {}

fn main() {}
