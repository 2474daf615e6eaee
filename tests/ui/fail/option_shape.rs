use traceable::traceable;

#[traceable(name, skip(), metadata = 3, name = 1, tags = "x", root = true, parent)]
fn ask() {}

fn main() {}
