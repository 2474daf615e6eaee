use traceable::traceable;

#[traceable(root, parent = _run)]
fn ask(_run: &traceable::RunTree) {}

fn main() {}
