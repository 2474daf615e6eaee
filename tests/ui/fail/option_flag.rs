use traceable::traceable;

#[traceable(skip_all = true, root(yes))]
fn ask(x: u8) {}

fn main() {}
