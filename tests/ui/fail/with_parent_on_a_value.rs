use traceable::{RunTree, TraceableExt as _, traceable};

#[traceable]
fn ask(a: i32) -> i32 {
    a
}

fn outer(run: RunTree) {
    ask(1).with_parent(&run);
}

fn main() {}
