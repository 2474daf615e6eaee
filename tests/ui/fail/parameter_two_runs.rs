use traceable::{RunTree, traceable};

#[traceable]
fn ask(#[run_tree] _a: RunTree, #[run_tree] _b: RunTree) {}

fn main() {
    ask();
}
