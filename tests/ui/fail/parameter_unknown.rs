use traceable::traceable;

#[traceable]
fn ask(#[traceable(skipp)] _a: u8) {}

fn main() {}
