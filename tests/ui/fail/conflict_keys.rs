use traceable::traceable;

#[traceable(inputs(a = 1, a = 2))]
fn ask() {}

fn main() {}
