use traceable::traceable;

#[traceable(skip(_a), skip_all)]
fn ask(_a: u8) {}

fn main() {}
