use traceable::{Attachment, RunTree, traceable};

#[traceable]
fn two(#[run_tree] a: RunTree, #[run_tree] b: RunTree) {}

#[traceable]
fn unknown(#[traceable(skipp)] a: u8) {}

#[traceable]
fn pattern(#[attachment] (a, b): (Attachment, Attachment)) {}

#[traceable]
fn both(#[run_tree] #[traceable(skip)] a: RunTree) {}

fn main() {
    two();
}
