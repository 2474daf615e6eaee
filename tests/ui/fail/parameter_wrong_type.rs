use traceable::{RunTree, traceable};

#[traceable]
async fn ask(#[run_tree] rt: String) -> usize {
    rt.len()
}

#[traceable]
fn answer(#[run_tree] rt: &RunTree) -> bool {
    rt.is_active()
}

fn main() {}
