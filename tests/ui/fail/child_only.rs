#![allow(unused)]

use std::collections::HashMap;

use traceable::{Parent, RunTree, traceable};

#[traceable(child_only)]
fn needs_one(x: u8) {}

#[traceable(child_only)]
fn maybe(#[parent] run: Option<&RunTree>) {}

#[traceable(child_only)]
async fn headers(#[parent] headers: &HashMap<String, String>) {}

#[traceable(child_only)]
fn any(#[parent] parent: Parent, x: u8) {}

#[traceable]
fn no_parent(#[parent] count: u8) {}

#[traceable(child_only)]
fn fine(#[parent] run: &RunTree) {}

fn main() {
    fine();
    fine(None);
}
