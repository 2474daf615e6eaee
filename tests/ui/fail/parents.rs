#![allow(unused)]

use traceable::{RunTree, traceable};

struct Agent {
    run: RunTree,
}

#[traceable(child_only, root)]
fn root(#[parent] run: &RunTree) {}

#[traceable(root)]
fn also_root(#[parent] run: &RunTree) {}

#[traceable(parent = b)]
fn named_twice(#[parent] a: &RunTree, b: &RunTree) {}

#[traceable(child_only, parent = run)]
fn by_option(run: &RunTree) {}

#[traceable]
fn two(#[parent] a: &RunTree, #[parent] b: &RunTree) {}

#[traceable]
fn both(#[parent] #[run_tree] a: RunTree) {}

#[traceable]
fn pattern(#[parent] (a, b): (RunTree, u8)) {}

#[traceable]
fn options(#[parent(ambient)] a: RunTree) {}

impl Agent {
    #[traceable(child_only = true)]
    fn method(#[parent] &self) {}
}

fn main() {}
