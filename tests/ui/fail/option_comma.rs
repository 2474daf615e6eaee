use traceable::traceable;

#[traceable(name = "x" skip_all)]
fn ask() {}

fn main() {}
