use traceable::traceable;

#[traceable(skip(_a), debug(_a))]
fn ask(_a: u8) {}

fn main() {}
