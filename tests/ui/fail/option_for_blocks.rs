use traceable::traceable;

#[traceable(methods(a), except(b))]
fn ask() {}

fn main() {}
