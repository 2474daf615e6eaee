use traceable::traceable;

#[traceable(skip(_a, _b, _a))]
fn ask(_a: u8, _b: u8) {}

fn main() {}
