use traceable::{RunTree, traceable};

#[traceable]
fn ask(#[run_tree] #[traceable(skip)] _a: RunTree) {}

fn main() {}
