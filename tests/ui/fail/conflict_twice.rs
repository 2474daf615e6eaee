use traceable::traceable;

#[traceable(name = "a", name = "b")]
fn ask() {}

fn main() {}
